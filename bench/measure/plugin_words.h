/* plugin_words.h - what plug-ins call themselves and their parts. Threads: any. */
#ifndef PLUGIN_WORDS_H
#define PLUGIN_WORDS_H

#include <stdbool.h>

enum { PLUGIN_WORDS_NAME = 31 };

/* Whether it can be given on the command line: 1 to 31 letters, digits, - and _; no - or _ at its begin. */
bool plugin_words_are_name(const char *text);

/* Whether it can be a key of a result: as many letters, digits, -, _, . and %. */
bool plugin_words_are_key(const char *text);

/* Whether it is one line of UTF-8 that steers no terminal. */
bool plugin_words_are_line(const char *text);

/* As such a line, for results and tables; it lives as long as the program. */
const char *plugin_words_line(const char *text);

#endif
