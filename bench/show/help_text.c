/* help_text.c - see help_text.h. */
#include "bench/show/help_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/show/terminal.h"

/* Columns: where an entry hangs that has no text beside it, and where texts begin too far right to hang there. */
enum { HANG = 4, FARTHEST = 56 };

static int blanks_of(const char *line)
{
    return (int)strspn(line, " ");
}

static int length_of(const char *line)
{
    return (int)strcspn(line, "\n");
}

/* Where the text of an entry begins: after the first two blanks that follow a word; 0 where it has none. */
static int text_of(const char *line)
{
    int length = length_of(line);
    for (int i = blanks_of(line); i + 2 < length; i++)
        if (line[i] == ' ' && line[i + 1] == ' ')
            return i + blanks_of(line + i);
    return 0;
}

static int indent_of(const char *line)
{
    int begins = blanks_of(line), text = text_of(line);
    return !begins ? 0 : text && text < FARTHEST ? text : HANG;
}

/* How much of a command goes before a backslash: up to the last option that begins within `most` letters, and in no
 * quotes or brackets. All of it where there is none. */
static int part_of(const char *command, int length, int most)
{
    int depth = 0, found = length;
    for (int i = blanks_of(command); i < length && i <= most; i++) {
        if (strchr("()", command[i]))
            depth += command[i] == '(' ? 1 : -1;
        if (strchr("'\"", command[i]))
            depth ^= 1;
        if (!depth && command[i] == ' ' && command[i + 1] == '-')
            found = i;
    }
    return found;
}

/* A command to copy: one that is too long goes on below a backslash, as a shell takes it. */
static void print_broken(FILE *out, const char *command, int length)
{
    static const char hang[] = "      ";
    int width = terminal_width(out), indent = 0;
    while (indent + length > width) {
        int part = part_of(command, length, width - indent - 2);
        if (part == length)
            break;
        fprintf(out, "%.*s%.*s \\\n", indent, hang, part, command);
        command += part + 1;
        length -= part + 1;
        indent = (int)strlen(hang);
    }
    fprintf(out, "%.*s%.*s\n", indent, hang, length, command);
}

/* A note that begins too far right goes below its command. */
static void print_command(FILE *out, const char *line)
{
    int text = text_of(line), end = text ? text : (int)strlen(line), indent = indent_of(line) + 2;
    if (text && (int)strlen(line) <= terminal_width(out)) {
        fprintf(out, "%s\n", line);
        return;
    }
    while (line[end - 1] == ' ')
        end--;
    print_broken(out, line, end);
    if (text)
        terminal_line(out, indent, "%*s%s", indent, "", line + text);
}

static const char *next_of(const char *line)
{
    line += length_of(line);
    return *line ? line + 1 : line;
}

/* Whether this line goes on with what began as a paragraph (indent 0) or as an entry whose text
 * begins at `indent`. */
static bool goes_on(const char *line, int indent)
{
    return length_of(line) && (indent ? blanks_of(line) >= indent : !blanks_of(line));
}

void help_text(FILE *out, const char *text)
{
    char *whole = must_memory(malloc(strlen(text) + 1));
    while (*text) {
        int indent = indent_of(text), used = length_of(text);
        memcpy(whole, text, (size_t)used);
        for (text = next_of(text); used && goes_on(text, indent); text = next_of(text)) {
            const char *words = text + blanks_of(text);
            whole[used++] = ' ';
            if (indent == HANG) /* what follows a line that has no text is its text */
                whole[used++] = ' ';
            memcpy(whole + used, words, (size_t)length_of(words));
            used += length_of(words);
        }
        whole[used] = 0;
        if (!strncmp(whole, "  poolbench ", 12) && indent == HANG)
            print_command(out, whole);
        else
            (indent ? terminal_line : terminal_print)(out, indent, "%s", whole);
    }
    free(whole);
}
