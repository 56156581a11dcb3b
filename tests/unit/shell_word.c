/* shell_word.c - commands that are printed to be typed again. */
#include "bench/show/shell_word.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(shell_word, is_read_by_a_shell_as_it_was, .timeout = 10)
{
    static const struct {
        const char *word, *text;
    } cases[] = {{"a/b-c.so", "a/b-c.so"},
                 {"cpu:size=1us,dist=exp", "cpu:size=1us,dist=exp"},
                 {"", "''"},
                 {"a b", "'a b'"},
                 {"it's", "'it'\\''s'"},
                 {"'", "''\\'''"},
                 {"$(x);`y`", "'$(x);`y`'"},
                 {"a\nb", "'a\nb'"},
                 {"~/x", "'~/x'"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        cr_assert(out);
        shell_word(out, cases[i].word);
        fclose(out);
        cr_assert(*text == ' ');
        cr_assert_str_eq(text + 1, cases[i].text);
        free(text);
    }
}
