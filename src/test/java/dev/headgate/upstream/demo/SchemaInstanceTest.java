// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaInstanceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'string'} | 'demo'",
                "{'type':'string','minLength':6} | 'demooo'",
                "{'type':'string','maxLength':2} | 'de'",
                "{'type':'string','format':'date'} | '2024-01-01'",
                "{'type':['null','string']} | 'demo'",
                "{'type':'null'} | null",
                "{'type':'boolean'} | false",
                "{'type':'integer'} | 0",
                "{'type':'integer','minimum':3} | 3",
                "{'type':'integer','exclusiveMinimum':3} | 4",
                "{'type':'integer','maximum':-2} | -2",
                "{'type':'integer','minimum':7,'multipleOf':5} | 10",
                "{'type':'number','minimum':0.5,'maximum':0.7} | 0.6",
                "{'enum':['b','a']} | 'b'",
                "{'const':7} | 7",
                "{'type':'array','items':{'type':'integer'}} | []",
                "{'type':'array','minItems':2,'items':{'type':'integer'}} | [0,0]",
                "{'anyOf':[{'type':'boolean'},{'type':'null'}]} | false",
                "{'allOf':[{'type':'object','properties':{'a':{'type':'integer'}},'required':['a']},{'const':{'b':1}}]} | {'a':0,'b':1}",
                "{'properties':{'a':{'$ref':'#/$defs/x'}},'required':['a'],'$defs':{'x':{'const':1}}} | {'a':1}"
            })
    void makes_the_smallest_instance(String schema, String instance) {
        assertThat(make(schema)).isEqualTo(instance.replace('\'', '"'));
    }

    @Test
    void ends_a_recursive_schema_where_it_may_end() {
        var list = "{'$ref':'#/$defs/n','$defs':{'n':{'type':'object','required':['next'],"
                + "'properties':{'next':{'anyOf':[{'$ref':'#/$defs/n'},{'type':'null'}]}}}}}";
        assertThat(make(list)).isEqualTo("{\"next\":null}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'$ref':'#'}",
                "{'$ref':'https://example.com/other'}",
                "{'type':'integer','minimum':1,'multipleOf':0}",
                "{'type':'array','minItems':2000000000,'items':{'type':'null'}}",
                "{'$ref':'#/$defs/a','$defs':{'a':{'type':'array','minItems':100,'items':{'$ref':'#/$defs/b'}},"
                        + "'b':{'type':'array','minItems':100,'items':{'type':'null'}}}}"
            })
    void refuses_what_has_no_instance_or_a_huge_one(String schema) {
        assertThatThrownBy(() -> make(schema)).isInstanceOf(Refusal.class);
    }

    @Test
    void bounds_the_length_of_a_text() {
        assertThat(make("{'type':'string','minLength':2000000000}")).hasSize(10_002);
    }

    private static String make(String schema) {
        return SchemaInstance.of(DemoCalls.json(schema.replace('\'', '"'))).toString();
    }
}
