package dev.vivarium.lab.net;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The way out of this machine: {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, in capitals
 * or not, as Python and curl read them; the JDK knows properties only. This machine itself is asked directly.
 */
public final class ProxyVariables extends ProxySelector {
    private static final int DEFAULT_PORT = 80;

    private final Map<String, String> variables;

    public ProxyVariables(Map<String, String> variables) {
        this.variables = variables;
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        if (isHere(host) || isExcepted(host)) {
            return List.of(Proxy.NO_PROXY);
        }
        for (String name : List.of(uri.getScheme() + "_proxy", "all_proxy")) {
            String value = get(name);
            if (!value.isEmpty()) {
                return List.of(new Proxy(Proxy.Type.HTTP, address(name, value)));
            }
        }
        return List.of(Proxy.NO_PROXY);
    }

    private static boolean isHere(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private boolean isExcepted(String host) {
        for (String entry : get("no_proxy").toLowerCase(Locale.ROOT).split(",")) {
            String name = entry.strip().replaceFirst("^\\*?\\.", "");
            if (entry.strip().equals("*") || (!name.isEmpty() && (host.equals(name) || host.endsWith("." + name)))) {
                return true;
            }
        }
        return false;
    }

    private static InetSocketAddress address(String name, String value) {
        try {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            if ("http".equals(uri.getScheme()) && uri.getHost() != null && uri.getUserInfo() == null) {
                return new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
            }
        } catch (IllegalArgumentException _) {
            // the sentence below says all there is to say
        }
        throw new InputException(name.toUpperCase(Locale.ROOT)
                + " is not a proxy that can be used; write it like http://proxy:3128, without a user name");
    }

    private String get(String name) {
        String value = variables.getOrDefault(name, "");
        return value.isEmpty() ? variables.getOrDefault(name.toUpperCase(Locale.ROOT), "") : value;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // whoever asked gets the failure itself
    }
}
