// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class UsageTableTest {
    @Test
    void groups_stand_in_aligned_columns_with_their_sum() {
        assertThat(print("""
                {"window":"day","from":"2026-11-20","to":"2026-11-21","by":["window","tenant"],"rows":[
                  {"window":"2026-11-20","tenant":"acme","requests":12,"inputTokens":1500,"cachedInputTokens":100,
                   "outputTokens":80,"reasoningTokens":7,"usd":"0.0123","unpriced":2,"estimated":0},
                  {"window":"2026-11-21","tenant":"a","requests":3,"inputTokens":5,"cachedInputTokens":0,
                   "outputTokens":8,"reasoningTokens":0,"usd":"1.000000001","unpriced":0,"estimated":1}],
                 "complete":true}""")).isEqualTo("""
                Usage by day from 2026-11-20 to 2026-11-21

                window      tenant  requests  input  cached  output  reasoning   US dollars
                2026-11-20  acme          12   1500     100      80          7       0.0123  *
                2026-11-21  a              3      5       0       8          0  1.000000001  ~
                total                     15   1505     100      88          7  1.012300001  *~

                * the price of 2 of 15 requests is not known: what they cost is missing
                ~ the tokens of 1 of 15 requests are estimated
                """);
    }

    @Test
    void one_row_needs_no_sum_and_no_group() {
        assertThat(print("""
                {"window":"month","from":"2026-11-01","to":"2026-11-30","by":[],"rows":[
                  {"requests":1,"inputTokens":2,"cachedInputTokens":0,"outputTokens":3,"reasoningTokens":0,"usd":"0",
                   "unpriced":0,"estimated":0}],"complete":true}""")).isEqualTo("""
                Usage from 2026-11-01 to 2026-11-30

                     requests  input  cached  output  reasoning  US dollars
                all         1      2       0       3          0           0
                """);
    }

    @Test
    void an_empty_page_and_an_incomplete_one_are_said() {
        assertThat(print("""
                {"window":"day","from":"2026-11-21","to":"2026-11-21","by":["tenant"],"rows":[],
                 "complete":false,"reason":"redis does not answer"}""")).isEqualTo("""
                Usage from 2026-11-21 to 2026-11-21

                Nothing was used.

                Not complete: redis does not answer
                """);
    }

    private static String print(String page) {
        StringWriter text = new StringWriter();
        try {
            UsageTable.print(new ObjectMapper().readTree(page), new PrintWriter(text, true));
        } catch (JsonProcessingException e) {
            throw new AssertionError(page, e);
        }
        return text.toString();
    }
}
