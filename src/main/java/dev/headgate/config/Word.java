// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a key of a configuration file means. The reader, the JSON Schema and the reference page are all made from these
 * annotations. A component that is neither {@code @Nullable} nor a list, a table or a group, and has no preset, is
 * required.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
@interface Word {
    /** One sentence for the reference page and for editors. */
    String value();

    /** The key, if it is no Java name. */
    String key() default "";

    /** The default, as it would be written in the file. */
    String preset() default "";

    /** Where the default comes from if the key is absent, in words. */
    String otherwise() default "";

    /** Least number, percentage or milliseconds. */
    long min() default 0;

    /** Greatest number, percentage or milliseconds. */
    long max() default Long.MAX_VALUE;

    /** Least number of items or rows. */
    int least() default 0;

    /** Greatest number of items or rows. */
    int most() default Integer.MAX_VALUE;

    /** What a text, or a table's names, must match. */
    Names names() default Names.ANY;

    /** Whether the key must be there although its type has an empty value. */
    boolean required() default false;
}
