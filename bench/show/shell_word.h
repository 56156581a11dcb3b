/* shell_word.h - words of commands that people copy. */
#ifndef SHELL_WORD_H
#define SHELL_WORD_H

#include <stdio.h>

/* Writes a blank and a word as a shell takes it: what is not plain stands in single quotes. Whoever made the name, who
 * copies the command runs no other. */
void shell_word(FILE *out, const char *word);

#endif
