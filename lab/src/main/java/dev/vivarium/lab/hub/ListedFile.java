package dev.vivarium.lab.hub;

/**
 * A file that a hub lists.
 *
 * @param name path in the repository, checked
 * @param size in bytes; negative where the hub does not say
 */
record ListedFile(String name, long size) {
    /** Whether it lies in no folder. */
    boolean isTopLevel() {
        return name.indexOf('/') < 0;
    }
}
