// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonReferencesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'previous_response_id':'resp_1'} | resp_1",
                "{'previous_response_id':'a','previous_response_id':'b'} | a b",
                "{'previous_response\\u005fid':'resp_1'} | resp_1",
                "{'previous_response_id':null,'conversation':''} |",
                "{'conversation':'conv_1'} | conv_1",
                "{'conversation':{'id':'conv_1','x':{'id':'no'}}} | conv_1",
                "{'prompt':{'id':'pmpt_1','variables':{'metadata':{'type':'input_file','file_id':'f1'},'id':'no'}}} | f1",
                "{'prompt':'a text','input':'a text','id':'no'} |",
                "{'input':[{'role':'user','content':[{'type':'input_image','file_id':'f1'},{'type':'input_file','file_id':'f2'}]}]} | f1 f2",
                "{'messages':[{'role':'user','content':[{'type':'file','file':{'file_id':'f1'}}]}]} | f1",
                "{'input':[{'id':'msg_1','type':'item_reference'},{'id':'msg_2'},{'id':'msg_3','type':null}]} | msg_1 msg_2 msg_3",
                "{'input':[{'id':'msg_1','type':'message','role':'assistant','content':[]},{'id':'x','role':'user','content':'y'}]} |",
                "{'tools':[{'type':'file_search','vector_store_ids':['vs_1','vs_2','vs_1']}]} | vs_1 vs_2",
                "{'tools':[{'type':'code_interpreter','container':'cntr_1'},{'container':{'type':'auto','file_ids':['f1']}}]} | cntr_1 f1",
                "{'tool_resources':{'file_search':{'vector_stores':[{'file_ids':['f1']}]}}} | f1",
                "{'input_file_id':'f1','training_file':'f2','validation_file':'f3','part_ids':['p1']} | f1 f2 f3 p1",
                "{'files':[{'file_id':'f1','attributes':{'a':'b'}}]} | f1",
                "{'metadata':{'file_id':'no'},'tools':[{'parameters':{'properties':{'file_id':'no'}}}]} |",
                "{'text':{'format':{'schema':{'file_id':'no'}}},'response_format':{'json_schema':{'file_id':'no'}}} |",
                "{'input':[{'type':'x','arguments':{'file_id':'no'}},{'file_id':'f1'}]} | f1",
                "{'file_id':7,'file_ids':[1,null,{'file_id':'deep'},['nested']]} | deep nested",
            })
    void finds_ids_where_the_api_has_them_and_nowhere_else(String json, @Nullable String ids) {
        JsonBody body =
                JsonBody.parse(json.replace('\'', '"').getBytes(UTF_8), Endpoint.VECTOR_STORES_CREATE, () -> {});
        assertThat(body.references()).isEqualTo(ids == null ? List.of() : List.of(ids.split(" ", -1)));
    }
}
