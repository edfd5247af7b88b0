// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Words that the vocabulary has but this version does not: refused, so that nobody believes that they work. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Later.All.class)
@interface Later {
    /** What the words belong to, as in "belongs to limits". */
    String feature();

    String[] words();

    /** The container that the language asks for. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @interface All {
        Later[] value();
    }
}
