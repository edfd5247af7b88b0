// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

/** Every problem that a file can have, with its stable code. The reference page is generated from this table. */
enum ProblemCode {
    SYNTAX("Y001", "The file is not well-formed YAML 1.2."),
    EMPTY("Y002", "The file is empty, or holds only comments."),
    SEVERAL_DOCUMENTS("Y003", "The file holds more than one YAML document."),
    TOO_DEEP("Y004", "Lists and mappings are nested deeper than 64 levels."),
    TOO_MANY_ALIASES("Y005", "More than 50 aliases, or aliases that unfold to more than 100,000 values."),
    SELF_REFERENCE("Y006", "An alias stands inside the value that it names."),
    TOO_LARGE("Y007", "The file is larger than 2 MB."),
    DUPLICATE_KEY("Y008", "A key is written twice in one mapping."),
    TAG("Y009", "A tag (`!name`) is used; quotes and the key decide a value's type."),
    KEY_NOT_TEXT("Y010", "A list or a mapping is used as a key."),
    NOT_UTF8("Y011", "The file is not UTF-8."),
    NO_END_MARK("Y012", "The file begins with `---` but does not end with `...`: it may be half-written."),

    UNKNOWN_KEY("K001", "A key that this version does not know."),
    LATER_WORD("K002", "A word of a feature that this version does not have yet."),
    MISSING_KEY("K003", "A required key is missing."),
    WRONG_TYPE("K004", "A value has the wrong type or notation."),
    OUT_OF_RANGE("K005", "A value, or the number of values, is out of its range."),
    BAD_NAME("K006", "A name holds characters that it may not hold."),

    NO_FILE("F001", "A file does not exist or cannot be read."),
    BAD_PATTERN("F002", "A file pattern has wildcards outside its last part, or its folder does not exist."),
    NAME_IN_TWO_FILES("F003", "The same name is declared in two files."),
    VERSION("F004", "The file's `version` is not 1."),

    PLAIN_SECRET("S001", "A secret is written as plain text instead of `env:NAME` or `file:/path`."),
    SECRET_NOT_SET("S002", "A secret's environment variable is not set, or its file cannot be read."),
    SECRET_UNUSABLE("S003", "A secret is empty or holds characters that no header can carry."),

    BASE_URL("B001", "`baseUrl` is missing, misplaced, or not an absolute http(s) URL without query."),
    AUTH("B002", "`auth` is not `bearer`, `none` or `header:NAME`."),
    API_KEYS("B003", "`apiKeys` is missing, or given although the backend takes none."),
    HEADER("B004", "A static header has a name or a value that Headgate may not send."),
    PROXY("B005", "`proxy` is not `http://host:port`."),
    CA("B006", "`tls.ca` is not a readable PEM file, or the backend has no TLS."),
    DIALECT("B007", "A word is missing, or given to a backend type that has no use for it."),
    MAX_WAIT("B008", "`maxWait` stands without `maxConcurrent`: there is nothing to wait for."),
    HEALTH("B009", "`health.path` is not a path that begins with a slash and has no query."),

    UNKNOWN_BACKEND("M001", "A model or a pattern route names a backend that is not declared."),
    RESERVED_MEMBER("M002", "`set` or `default` holds a member that Headgate itself writes or reads."),
    SET_AND_DEFAULT("M003", "A member stands in both `set` and `default`."),
    NOT_JSON("M004", "A value of `set` or `default` cannot be written as JSON."),
    POOL("M005", "A pool has a word of a backend's model, or a model has `balance` without `of`."),
    POOL_MEMBER("M006", "A pool has fewer than two members, an unknown one, or one that is itself a pool."),
    WEIGHTS("M007", "The weights of a pool do not sum to 100."),

    ONE_TARGET("R001", "A route has not exactly one of `stable` and `backend`."),
    PATTERN("R002", "A `*` stands elsewhere than at the end, or the route's kind does not fit its name."),
    FALLBACK("R003", "A `fallback` repeats a model, alone or in a pool, or stands at a pattern."),
    LIST("R004", "A `list` stands at an exact route, or a name of it does not match its pattern."),
    DETOUR(
            "R005",
            "`onContextTooLong` or `onContentFilter` repeats a model or the stable one, or stands at a pattern."),
    WINDOW("R006", "A model of `onContextTooLong` has no larger `contextWindow` than the stable one."),
    DEGRADED("R007", "`degraded.answer` is blank or longer than 4,000 characters."),
    UNKNOWN_MODEL("R012", "A route points to a model that is not declared."),

    NO_PRICE("P001", "A `price` says nothing: none of its words is there."),
    PRICED_MODEL("P002", "The `model` of a price has a `*` elsewhere than at its end."),
    SAME_PRICE("P003", "Two prices are of the same model or tool and begin on the same day."),
    NORMAL_TIER("P004", "A price has a tier that is the normal one under another name."),
    UNPRICED("P005", "A tenant with a budget in dollars may use models without a price (a warning)."),

    NO_TENANTS("T001", "`auth: keys` without tenants: nobody could call."),
    MAY_USE("T002", "`mayUse` is empty or has a name that no route answers."),
    DIGEST("T003", "A key's `sha256` is not 64 hexadecimal digits."),
    SAME_DIGEST("T004", "Two keys have the same digest."),
    EXPIRED("T005", "A key has expired (a warning)."),
    TENANTS_UNUSED("T006", "Tenants have no effect with `auth: none` (a warning)."),

    UNKNOWN_LIMITS("L001", "A set of limits is named that `limits` does not declare."),
    SAME_KIND("L002", "The same kind of limit stands twice at one place, perhaps in a set that is named there."),
    LIMITED_ROUTE("L003", "`perRoute` names a route that is not declared."),
    ONLY_USERS("L004", "`perUser` without limits of the tenant itself bounds nobody (a warning)."),
    NO_LIMITS("L005", "`whenLimited` of a tenant without limits has nothing to wait for (a warning)."),
    ALERTS("L006", "`alerts.webhook` is no absolute http(s) URL, or `alerts.secret` has no Base64 behind `whsec_`."),
    SAME_THRESHOLD("L007", "A threshold stands twice in `alerts.at`."),
    WEAK_SECRET("L008", "`alerts.secret` is shorter than 24 bytes (a warning)."),
    NO_ALERTS(
            "L009", "A tenant with `alerts` has no limit by day, week or month of which it could be told (a warning)."),

    OPEN_LISTENER("H001", "`auth: none` on an address that other machines can reach."),
    CORS("H002", "`cors` without `auth: keys`, or an origin that is not `scheme://host[:port]`."),
    TLS("H003", "A file of `listen.tls` cannot be read."),
    STORE(
            "H004",
            "`state.url` is missing for `redis` or is no address of one, or a word of `redis` stands at a local store."),
    ADDRESS("H005", "A text of `trustedProxies` is neither an address nor a CIDR block.");

    final String code;
    final String meaning;

    ProblemCode(String code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }
}
