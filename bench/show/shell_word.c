/* shell_word.c - see shell_word.h. */
#include "bench/show/shell_word.h"

#include <stdbool.h>
#include <string.h>

void shell_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";
    bool quotes = !*word || strspn(word, plain) != strlen(word);
    fputs(quotes ? " '" : " ", out);
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
    fputs(quotes ? "'" : "", out);
}
