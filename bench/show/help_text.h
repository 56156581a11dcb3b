/* help_text.h - help, in lines as long as the terminal takes. */
#ifndef HELP_TEXT_H
#define HELP_TEXT_H

#include <stdio.h>

/* Prints help. Lines that begin at the margin are paragraphs, up to an empty line: they are filled
 * anew, to terminal_text_width. Lines that begin with blanks are entries, as in
 *
 *     "  -p, --pools POOLS   pools, by comma"
 *
 * the lines after them that begin at least as far right as their text (after the first two blanks that
 * follow a word) go on with it; an entry is broken only where the terminal is too narrow for
 * it, below its text. Commands to copy ("  poolbench ...") are
 * broken at an option, with a backslash for the shell; a text that begins too far right beside one goes below it. */
void help_text(FILE *out, const char *text);

#endif
