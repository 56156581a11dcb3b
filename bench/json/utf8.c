/* utf8.c - see utf8.h. Source: Unicode, table 3-7, well-formed UTF-8. */
#include "bench/json/utf8.h"

size_t utf8_length(const char *text)
{
    static const struct {
        unsigned char low, high, second_low, second_high;
        size_t length;
    } forms[] = {{0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    const unsigned char *c = (const unsigned char *)text;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*c < forms[i].low || *c > forms[i].high)
            continue;
        if (forms[i].length > 1 && (c[1] < forms[i].second_low || c[1] > forms[i].second_high))
            return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if (c[k] < 0x80 || c[k] > 0xbf)
                return 0;
        return forms[i].length;
    }
    return 0;
}

char *utf8_repair(char *text)
{
    for (char *c = text; *c;) {
        size_t length = utf8_length(c);
        if (!length)
            *c = '?';
        c += length ? length : 1;
    }
    return text;
}

/* Of ASCII, and U+0080 to U+009F. */
static bool is_control(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    return *c < ' ' || *c == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0);
}

char *utf8_plain(char *text, bool lines)
{
    utf8_repair(text);
    for (char *c = text; *c; c += utf8_length(c)) {
        if (!is_control(c) || (lines && (*c == '\n' || *c == '\t')))
            continue;
        for (size_t i = utf8_length(c); i > 0; i--)
            c[i - 1] = '?';
    }
    return text;
}

bool utf8_is(const char *text)
{
    while (*text) {
        size_t length = utf8_length(text);
        if (!length)
            return false;
        text += length;
    }
    return true;
}
