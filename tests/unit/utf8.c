/* utf8.c - what is UTF-8, and what becomes of the rest. */
#include "bench/json/utf8.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

Test(utf8, well_formed_characters_have_their_length, .timeout = 20)
{
    cr_assert(utf8_length("a") == 1 && utf8_length("\xc3\xa9") == 2 && utf8_length("\xe2\x82\xac") == 3 &&
              utf8_length("\xf0\x9f\x98\x80") == 4 && utf8_length("") == 0);
}

Test(utf8, what_is_not_well_formed_has_none, .timeout = 20)
{
    static const char *const wrong[] = {"\x80",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xff",
                                        "\xc3",
                                        "\xe2\x82",
                                        "\xf0\x9f\x98"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_assert(utf8_length(wrong[i]) == 0, "%zu", i);
}

/* Every text of two bytes, repaired, is one that the JSON library takes. */
Test(utf8, repaired_text_is_json, .timeout = 60)
{
    for (int a = 1; a < 256; a++) {
        for (int b = 1; b < 256; b++) {
            char text[] = {'x', (char)a, (char)b, '\0'};
            json_t *json;
            cr_assert(strlen(utf8_repair(text)) == 3);
            json = json_string(text);
            cr_assert(json, "%02x %02x", a, b);
            json_decref(json);
        }
    }
}

Test(utf8, a_character_that_was_cut_becomes_marks, .timeout = 20)
{
    char cut[] = "12 \xe2\x82", good[] = "\xe2\x82\xac";
    cr_assert_str_eq(utf8_repair(cut), "12 ??");
    cr_assert_str_eq(utf8_repair(good), "\xe2\x82\xac");
}

Test(utf8, plain_text_steers_no_terminal)
{
    char one[] = "a\033[2J\x7f\xc2\x9b\n\xff\xe2\x82\xac", two[] = "a\n\tb\033\r";
    cr_assert_str_eq(utf8_plain(one, false), "a?[2J?????\xe2\x82\xac");
    cr_assert_str_eq(utf8_plain(two, true), "a\n\tb??");
}
