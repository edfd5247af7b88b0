// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/**
 * Every path that Headgate serves under {@code /v1}, one row each; {@code {…}} stands for one path segment. The OpenAI API
 * reference gives paths, methods and body kinds.
 */
public enum Endpoint {
    CHAT("POST", "/v1/chat/completions", Kind.METERED, Body.JSON),
    COMPLETIONS("POST", "/v1/completions", Kind.METERED, Body.JSON),
    EMBEDDINGS("POST", "/v1/embeddings", Kind.METERED, Body.JSON),
    RESPONSES("POST", "/v1/responses", Kind.METERED, Body.JSON),
    MODERATIONS("POST", "/v1/moderations", Kind.METERED, Body.JSON),
    IMAGES("POST", "/v1/images/generations", Kind.METERED, Body.JSON),
    IMAGE_EDITS("POST", "/v1/images/edits", Kind.METERED, Body.MULTIPART),
    IMAGE_VARIATIONS("POST", "/v1/images/variations", Kind.METERED, Body.MULTIPART),
    SPEECH("POST", "/v1/audio/speech", Kind.METERED, Body.JSON),
    TRANSCRIPTIONS("POST", "/v1/audio/transcriptions", Kind.METERED, Body.MULTIPART),
    TRANSLATIONS("POST", "/v1/audio/translations", Kind.METERED, Body.MULTIPART),
    MODELS("GET", "/v1/models", Kind.LOCAL, Body.NONE),
    MODEL("GET", "/v1/models/{model}", Kind.LOCAL, Body.NONE),

    FILES_CREATE("POST", "/v1/files", Kind.STATEFUL, Body.MULTIPART),
    FILES_LIST("GET", "/v1/files", Kind.STATEFUL, Body.NONE),
    FILES_GET("GET", "/v1/files/{id}", Kind.STATEFUL, Body.NONE),
    FILES_DELETE("DELETE", "/v1/files/{id}", Kind.STATEFUL, Body.NONE),
    FILES_CONTENT("GET", "/v1/files/{id}/content", Kind.STATEFUL, Body.NONE),

    UPLOADS_CREATE("POST", "/v1/uploads", Kind.STATEFUL, Body.JSON),
    UPLOADS_PART("POST", "/v1/uploads/{id}/parts", Kind.STATEFUL, Body.MULTIPART),
    UPLOADS_COMPLETE("POST", "/v1/uploads/{id}/complete", Kind.STATEFUL, Body.JSON),
    UPLOADS_CANCEL("POST", "/v1/uploads/{id}/cancel", Kind.STATEFUL, Body.OPTIONAL_JSON),

    BATCHES_CREATE("POST", "/v1/batches", Kind.STATEFUL, Body.JSON),
    BATCHES_LIST("GET", "/v1/batches", Kind.STATEFUL, Body.NONE),
    BATCHES_GET("GET", "/v1/batches/{id}", Kind.STATEFUL, Body.NONE),
    BATCHES_CANCEL("POST", "/v1/batches/{id}/cancel", Kind.STATEFUL, Body.OPTIONAL_JSON),

    FINE_TUNING_CREATE("POST", "/v1/fine_tuning/jobs", Kind.STATEFUL, Body.JSON),
    FINE_TUNING_LIST("GET", "/v1/fine_tuning/jobs", Kind.STATEFUL, Body.NONE),
    FINE_TUNING_GET("GET", "/v1/fine_tuning/jobs/{id}", Kind.STATEFUL, Body.NONE),
    FINE_TUNING_CANCEL("POST", "/v1/fine_tuning/jobs/{id}/cancel", Kind.STATEFUL, Body.OPTIONAL_JSON),
    FINE_TUNING_PAUSE("POST", "/v1/fine_tuning/jobs/{id}/pause", Kind.STATEFUL, Body.OPTIONAL_JSON),
    FINE_TUNING_RESUME("POST", "/v1/fine_tuning/jobs/{id}/resume", Kind.STATEFUL, Body.OPTIONAL_JSON),
    FINE_TUNING_EVENTS("GET", "/v1/fine_tuning/jobs/{id}/events", Kind.STATEFUL, Body.NONE),
    FINE_TUNING_CHECKPOINTS("GET", "/v1/fine_tuning/jobs/{id}/checkpoints", Kind.STATEFUL, Body.NONE),

    VECTOR_STORES_CREATE("POST", "/v1/vector_stores", Kind.STATEFUL, Body.JSON),
    VECTOR_STORES_LIST("GET", "/v1/vector_stores", Kind.STATEFUL, Body.NONE),
    VECTOR_STORES_GET("GET", "/v1/vector_stores/{id}", Kind.STATEFUL, Body.NONE),
    VECTOR_STORES_UPDATE("POST", "/v1/vector_stores/{id}", Kind.STATEFUL, Body.JSON),
    VECTOR_STORES_DELETE("DELETE", "/v1/vector_stores/{id}", Kind.STATEFUL, Body.NONE),
    VECTOR_STORES_SEARCH("POST", "/v1/vector_stores/{id}/search", Kind.STATEFUL, Body.JSON),
    VECTOR_FILES_CREATE("POST", "/v1/vector_stores/{id}/files", Kind.STATEFUL, Body.JSON),
    VECTOR_FILES_LIST("GET", "/v1/vector_stores/{id}/files", Kind.STATEFUL, Body.NONE),
    VECTOR_FILES_GET("GET", "/v1/vector_stores/{id}/files/{file}", Kind.STATEFUL, Body.NONE),
    VECTOR_FILES_UPDATE("POST", "/v1/vector_stores/{id}/files/{file}", Kind.STATEFUL, Body.JSON),
    VECTOR_FILES_DELETE("DELETE", "/v1/vector_stores/{id}/files/{file}", Kind.STATEFUL, Body.NONE),
    VECTOR_FILES_CONTENT("GET", "/v1/vector_stores/{id}/files/{file}/content", Kind.STATEFUL, Body.NONE),
    VECTOR_BATCHES_CREATE("POST", "/v1/vector_stores/{id}/file_batches", Kind.STATEFUL, Body.JSON),
    VECTOR_BATCHES_GET("GET", "/v1/vector_stores/{id}/file_batches/{batch}", Kind.STATEFUL, Body.NONE),
    VECTOR_BATCHES_CANCEL(
            "POST", "/v1/vector_stores/{id}/file_batches/{batch}/cancel", Kind.STATEFUL, Body.OPTIONAL_JSON),
    VECTOR_BATCHES_FILES("GET", "/v1/vector_stores/{id}/file_batches/{batch}/files", Kind.STATEFUL, Body.NONE),

    RESPONSES_GET("GET", "/v1/responses/{id}", Kind.STATEFUL, Body.NONE),
    RESPONSES_DELETE("DELETE", "/v1/responses/{id}", Kind.STATEFUL, Body.NONE),
    RESPONSES_CANCEL("POST", "/v1/responses/{id}/cancel", Kind.STATEFUL, Body.OPTIONAL_JSON),
    RESPONSES_ITEMS("GET", "/v1/responses/{id}/input_items", Kind.STATEFUL, Body.NONE),

    CONVERSATIONS_CREATE("POST", "/v1/conversations", Kind.STATEFUL, Body.OPTIONAL_JSON),
    CONVERSATIONS_GET("GET", "/v1/conversations/{id}", Kind.STATEFUL, Body.NONE),
    CONVERSATIONS_UPDATE("POST", "/v1/conversations/{id}", Kind.STATEFUL, Body.JSON),
    CONVERSATIONS_DELETE("DELETE", "/v1/conversations/{id}", Kind.STATEFUL, Body.NONE),
    CONVERSATION_ITEMS_CREATE("POST", "/v1/conversations/{id}/items", Kind.STATEFUL, Body.JSON),
    CONVERSATION_ITEMS_LIST("GET", "/v1/conversations/{id}/items", Kind.STATEFUL, Body.NONE),
    CONVERSATION_ITEMS_GET("GET", "/v1/conversations/{id}/items/{item}", Kind.STATEFUL, Body.NONE),
    CONVERSATION_ITEMS_DELETE("DELETE", "/v1/conversations/{id}/items/{item}", Kind.STATEFUL, Body.NONE);

    private final String method;
    private final String path;
    private final Kind kind;
    private final Body body;

    Endpoint(String method, String path, Kind kind, Body body) {
        this.method = method;
        this.path = path;
        this.kind = kind;
        this.body = body;
    }

    public String method() {
        return method;
    }

    /** The path template, also the value of the {@code endpoint} metric label. */
    public String path() {
        return path;
    }

    public Kind kind() {
        return kind;
    }

    public Body body() {
        return body;
    }

    /** Who may use an endpoint, and whether an upstream is involved. */
    public enum Kind {
        /** Open to every key; the answer's usage is accounted. */
        METERED,
        /** Works on objects that the backend keeps; off until the tenant says {@code objects: own}. */
        STATEFUL,
        /** Answered by Headgate from its own configuration. */
        LOCAL
    }

    /** What a request to an endpoint carries. */
    public enum Body {
        NONE,
        JSON,
        OPTIONAL_JSON,
        MULTIPART
    }
}
