// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Endpoint;

/** What a stateful endpoint does to the record of owners; one row for every endpoint, so that a new one cannot be forgotten. */
enum ObjectAction {
    /** The answer tells ids that belong to the caller from now on. */
    RECORD,
    /** The answer lists objects of everybody; the caller's own are left. */
    LIST,
    /** The object of the path ends. */
    DELETE,
    /** The answer passes as it is: it is about the object of the path alone. */
    PASS;

    static ObjectAction of(Endpoint endpoint) {
        return switch (endpoint) {
            case FILES_CREATE,
                    UPLOADS_CREATE,
                    UPLOADS_PART,
                    UPLOADS_COMPLETE,
                    BATCHES_CREATE,
                    BATCHES_GET,
                    BATCHES_CANCEL,
                    FINE_TUNING_CREATE,
                    FINE_TUNING_GET,
                    FINE_TUNING_CANCEL,
                    FINE_TUNING_PAUSE,
                    FINE_TUNING_RESUME,
                    VECTOR_STORES_CREATE,
                    VECTOR_BATCHES_CREATE,
                    CONVERSATIONS_CREATE -> RECORD;
            case FILES_LIST,
                    BATCHES_LIST,
                    FINE_TUNING_LIST,
                    VECTOR_STORES_LIST,
                    VECTOR_FILES_LIST,
                    VECTOR_BATCHES_FILES -> LIST;
            case FILES_DELETE, VECTOR_STORES_DELETE, RESPONSES_DELETE, CONVERSATIONS_DELETE -> DELETE;
            // Taking a file out of a vector store leaves the file itself.
            case VECTOR_FILES_DELETE,
                    FILES_GET,
                    FILES_CONTENT,
                    UPLOADS_CANCEL,
                    FINE_TUNING_EVENTS,
                    FINE_TUNING_CHECKPOINTS,
                    VECTOR_STORES_GET,
                    VECTOR_STORES_UPDATE,
                    VECTOR_STORES_SEARCH,
                    VECTOR_FILES_CREATE,
                    VECTOR_FILES_GET,
                    VECTOR_FILES_UPDATE,
                    VECTOR_FILES_CONTENT,
                    VECTOR_BATCHES_GET,
                    VECTOR_BATCHES_CANCEL,
                    RESPONSES_GET,
                    RESPONSES_CANCEL,
                    RESPONSES_ITEMS,
                    CONVERSATIONS_GET,
                    CONVERSATIONS_UPDATE,
                    CONVERSATION_ITEMS_CREATE,
                    CONVERSATION_ITEMS_LIST,
                    CONVERSATION_ITEMS_GET,
                    CONVERSATION_ITEMS_DELETE -> PASS;
            case CHAT,
                    COMPLETIONS,
                    EMBEDDINGS,
                    RESPONSES,
                    MODERATIONS,
                    IMAGES,
                    IMAGE_EDITS,
                    IMAGE_VARIATIONS,
                    SPEECH,
                    TRANSCRIPTIONS,
                    TRANSLATIONS,
                    MODELS,
                    MODEL -> throw new IllegalArgumentException(endpoint + " is not stateful");
        };
    }

    /** Whether the endpoint starts work whose cost no call's usage shows. */
    static boolean spendsUnmetered(Endpoint endpoint) {
        return switch (endpoint) {
            case BATCHES_CREATE, FINE_TUNING_CREATE, FINE_TUNING_RESUME -> true;
            default -> false;
        };
    }

    /** Whether the endpoint costs something that no call's usage shows, if little: storage by the day, a search. */
    static boolean costsBeside(Endpoint endpoint) {
        return switch (endpoint) {
            case VECTOR_STORES_CREATE, VECTOR_STORES_SEARCH, VECTOR_FILES_CREATE, VECTOR_BATCHES_CREATE -> true;
            default -> false;
        };
    }

    /** Whether the answer has to be read, so that it may be neither compressed nor larger than what is held. */
    boolean readsAnswer() {
        return this == RECORD || this == LIST;
    }
}
