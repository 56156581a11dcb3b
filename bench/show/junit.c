/* junit.c - see junit.h. */
#include "bench/show/junit.h"

#include <stdint.h>
#include <string.h>

#include "bench/json/utf8.h"
#include "bench/results/result.h"
#include "bench/show/verdicts.h"

/* U+FFFE and U+FFFF are characters to Unicode, and none to XML. */
static bool is_character(const char *text, size_t length)
{
    unsigned char c = (unsigned char)*text;
    return length > 1 ? !(length == 3 && !memcmp(text, "\xef\xbf", 2) && (unsigned char)text[2] >= 0xbe)
                      : length && ((c >= ' ' && c < 0x7f) || c == '\n' || c == '\t' || c == '\r');
}

void junit_text(const char *text, FILE *out)
{
    while (*text) {
        size_t length = utf8_length(text);
        if (!is_character(text, length))
            fputc('?', out);
        else if (length == 1 && (strchr("<>&\"'", *text) || *text < ' '))
            fprintf(out, "&#%d;", *text);
        else
            fwrite(text, 1, length, out);
        text += length ? length : 1;
    }
}

static void put_attribute(const char *name, const char *text, FILE *out)
{
    fprintf(out, " %s=\"", name);
    junit_text(text, out);
    fputc('"', out);
}

static void put_property(const char *name, const char *text, FILE *out)
{
    if (!*text)
        return;
    fputs("        <property", out);
    put_attribute("name", name, out);
    put_attribute("value", text, out);
    fputs("/>\n", out);
}

static void put_properties(const json_t *object, FILE *out)
{
    const char *name;
    json_t *text;
    fputs("      <properties>\n", out);
    json_object_foreach ((json_t *)(uintptr_t)object, name, text)
        if (strcmp(name, "name") && strcmp(name, "pool") && json_is_string(text))
            put_property(name, json_string_value(text), out);
    fputs("      </properties>\n", out);
}

/* "slower: 22 ns -> 25 ns, +13.1% (+11.2 .. +15.0%)", as far as there is of it. */
static void put_message(const json_t *row, FILE *out)
{
    const char *base = result_string(row, "base"), *note = result_string(row, "note"),
               *interval = result_string(row, "interval");
    fputs(" message=\"", out);
    junit_text(result_string(row, "verdict"), out);
    if (*base) {
        fputs(": ", out);
        junit_text(base, out);
        fputs(" -&gt; ", out);
        junit_text(result_string(row, "new"), out);
        fputs(", ", out);
        junit_text(result_string(row, "change"), out);
    }
    if (*base && *interval) {
        fputs(" (", out);
        junit_text(interval, out);
        fputc(')', out);
    }
    if (*note) {
        fputs("; ", out);
        junit_text(note, out);
    }
    fputc('"', out);
}

static void put_case(const char *of, const json_t *row, FILE *out)
{
    enum verdicts_state state = verdicts_state(row);
    fprintf(out, "    <testcase classname=\"poolbench.%s.", of);
    junit_text(result_string(row, "pool"), out);
    fputc('"', out);
    put_attribute("name", result_string(row, "name"), out);
    fputs(">\n", out);
    put_properties(row, out);
    if (state <= VERDICTS_FAILS) {
        fputs("      <failure", out);
        put_attribute("type", result_string(row, "verdict"), out);
        put_message(row, out);
        fputs("/>\n", out);
    } else if (state == VERDICTS_UNDECIDED) {
        fputs("      <skipped", out);
        put_message(row, out);
        fputs("/>\n", out);
    }
    fputs("    </testcase>\n", out);
}

static void put_counts(const json_t *verdicts, FILE *out)
{
    fprintf(out, " tests=\"%zu\" failures=\"%d\" errors=\"0\"", json_array_size(json_object_get(verdicts, "rows")),
            verdicts_count(verdicts, VERDICTS_REGRESSION) + verdicts_count(verdicts, VERDICTS_FAILS));
    if (json_is_number(json_object_get(verdicts, "seconds")))
        fprintf(out, " time=\"%.3f\"", json_number_value(json_object_get(verdicts, "seconds")));
}

void junit_write(const json_t *verdicts, FILE *out)
{
    const char *of = result_string(verdicts, "of");
    json_t *row;
    size_t i;
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"poolbench %s\"", of);
    put_counts(verdicts, out);
    fprintf(out, ">\n  <testsuite name=\"poolbench %s\"", of);
    put_counts(verdicts, out);
    fprintf(out, " skipped=\"%d\"", verdicts_count(verdicts, VERDICTS_UNDECIDED));
    if (*result_string(verdicts, "date"))
        put_attribute("timestamp", result_string(verdicts, "date"), out);
    if (*result_string(verdicts, "host"))
        put_attribute("hostname", result_string(verdicts, "host"), out);
    fputs(">\n", out);
    put_properties(json_object_get(verdicts, "facts"), out);
    json_array_foreach (json_object_get(verdicts, "rows"), i, row)
        put_case(of, row, out);
    fputs("  </testsuite>\n</testsuites>\n", out);
}
