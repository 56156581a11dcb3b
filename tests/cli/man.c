/* man.c - the man page says what the program's help says of each command: no option,
 * parameter, example or exit status is in one and not in the other. Needs the page, which
 * `make man` and `make test` build. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/program.h"

static char page[1 << 20], section[1 << 20];

/* The page's source without what is troff's: macros, escapes. */
static void read_page(void)
{
    char path[4200], *to = page;
    snprintf(path, sizeof path, "%s/build/poolbench.1", root);
    slurp(path, page, sizeof page);
    cr_assert(*page, "no %s: run make man first", path);
    for (const char *from = page; *from; from++) {
        if (from[0] == '\\' && from[1] == 'f')
            from += 2; /* a font */
        else if (from[0] == '\\' && from[1] == '&')
            from++;
        else if (from[0] == '\\' && from[1] == 'e')
            *to++ = '\\', from++;
        else if (*from != '\\')
            *to++ = *from;
    }
    *to = '\0';
}

/* Runs of blanks and ends of lines as one blank. */
static void squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if (!isspace((unsigned char)*from))
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    *to = '\0';
}

/* What the page says of the command, from .SS to the next head, macros left out. */
static void find_section(const char *command)
{
    char head[64];
    const char *line;
    size_t used = 0;
    snprintf(head, sizeof head, "\n.SS %s\n", command);
    line = strstr(page, head);
    cr_assert(line, "the page has no section of %s", command);
    for (line = strchr(line + 1, '\n') + 1; *line && strncmp(line, ".SS ", 4) && strncmp(line, ".SH ", 4);) {
        size_t length = strcspn(line, "\n");
        const char *text = !strncmp(line, ".B ", 3) ? line + 3 : line;
        text += !strncmp(text, "- ", 2) ? 2 : 0; /* behind a workload's name */
        if (*text != '.' || !isalpha((unsigned char)text[1])) {
            memcpy(section + used, text, length - (size_t)(text - line));
            used += length - (size_t)(text - line);
            section[used++] = ' ';
        }
        line += length + (line[length] == '\n');
    }
    section[used] = '\0';
    squeeze(section);
}

/* One line of the help: what stands before two blanks, and what stands behind them. */
static void expect_line(const char *command, char *line)
{
    while (*line) {
        char *gap = strstr(line, "  "), *rest = gap ? gap + strspn(gap, " ") : line + strlen(line);
        if (gap)
            *gap = '\0';
        squeeze(line);
        cr_assert(strstr(section, line), "of %s the page does not say \"%s\": %s", command, line, section);
        line = rest;
    }
}

/* The workloads of a sweep are those of a run, and it is said so. */
static void expect_command(const char *command)
{
    char words[64], *rest = out, *line;
    bool statuses = false;
    snprintf(words, sizeof words, "help %s", command);
    cr_assert(run(words) == 0 && !*err, "%s", err);
    find_section(command);
    while ((line = strsep(&rest, "\n"))) {
        if (!strcmp(command, "sweep") && !strncmp(line, "workloads, with", 15))
            break;
        statuses = statuses || !strncmp(line, "Exit status: ", 13);
        if (strncmp(line, "workloads, with", 15))
            expect_line(command, line + strspn(line, " "));
    }
    cr_assert(statuses, "the help of %s says no exit status", command);
}

CLI_TEST(man, has_all_that_the_help_of_each_command_has)
{
    char list[8192], *rest = list, *line, synopsis[64], entry[64];
    int commands = 0;
    unsetenv("COLUMNS");
    read_page();
    cr_assert(run("help") == 0);
    snprintf(list, sizeof list, "%s", out);
    while ((line = strsep(&rest, "\n"))) {
        char command[32];
        if (sscanf(line, "  %31[a-z]", command) != 1 || strncmp(line, "  ", 2) || !islower((unsigned char)line[2]))
            continue;
        expect_command(command);
        snprintf(synopsis, sizeof synopsis, "\n.B poolbench %s", command);
        snprintf(entry, sizeof entry, "\n.TP\n.B %s\n", command);
        cr_assert(strstr(page, synopsis) && strstr(page, entry), "%s is not in the synopsis, or has no entry", command);
        commands++;
    }
    cr_assert(commands >= 11, "%d commands", commands);
}

/* Beside a build the program may be half there: then there is no page, not one without commands. */
CLI_TEST(man, of_a_program_that_says_nothing_there_is_no_page)
{
    static const char make[] =
        "cd tree && env -u MAKEFLAGS make -s -o poolbench -o poolbench-check -o poolbench-explore build/poolbench.1 "
        "2>/dev/null";
    static const char *const programs[] = {"exit 1", "exit 0",
                                           "echo 'poolbench run: runs'; echo; echo '  --option  it is'"};
    char command[8192];
    snprintf(command, sizeof command,
             "mkdir -p tree/build && cp -r '%s/Makefile' '%s/docs' tree && touch tree/poolbench-check "
             "tree/poolbench-explore",
             root, root);
    cr_assert(system(command) == 0);
    for (int i = 0; i < 3; i++) {
        snprintf(command, sizeof command, "printf '#!/bin/sh\\n%%s\\n' \"%s\" >tree/poolbench; chmod +x tree/poolbench",
                 programs[i]);
        cr_assert(system(command) == 0);
        cr_assert((system(make) == 0) == (i == 2) && (access("tree/build/poolbench.1", F_OK) == 0) == (i == 2), "%s",
                  programs[i]);
    }
}
