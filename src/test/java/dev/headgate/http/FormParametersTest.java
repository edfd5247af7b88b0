// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormParametersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "multipart/form-data; boundary=abc | abc",
                "Multipart/Form-Data;charset=utf-8 ; BOUNDARY=\"a b'=\"; | a b'=",
                "multipart/form-data; boundary=----WebKit=x | ----WebKit=x",
            })
    void reads_a_boundary_quoted_or_not(String contentType, String boundary) {
        assertThat(MultipartBody.boundary(contentType)).isEqualTo(boundary);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "", "multipart/mixed; boundary=x"})
    void takes_forms_only(String contentType) {
        assertThatThrownBy(() -> MultipartBody.boundary(contentType))
                .hasMessage("This endpoint takes a form: Content-Type multipart/form-data.");
        assertThatThrownBy(() -> MultipartBody.boundary(null)).hasMessageStartingWith("This endpoint takes a form");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=a; boundary=b",
                "multipart/form-data; boundary=\"a",
                "multipart/form-data; boundary=\"a \"",
                "multipart/form-data; boundary=a\u00e9",
            })
    void refuses_a_form_without_a_clear_boundary(String contentType) {
        assertThatThrownBy(() -> MultipartBody.boundary(contentType))
                .hasMessageContaining("The multipart form is malformed");
    }

    @Test
    void unescapes_quotes_only() {
        assertThat(FormParameters.parse("form-data; filename=\"C:\\dir\\a\\\"b.mp3\"")
                        .parameters())
                .containsEntry("filename", "C:\\dir\\a\"b.mp3");
    }
}
