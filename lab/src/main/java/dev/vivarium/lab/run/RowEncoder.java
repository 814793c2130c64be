package dev.vivarium.lab.run;

import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.TokenRow;
import java.util.List;

/** Turns a conversation into tokens and says which of them are learnt. */
@FunctionalInterface
interface RowEncoder {
    TokenRow encode(List<Message> messages);
}
