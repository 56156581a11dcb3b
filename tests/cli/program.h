/* program.h - runs $POOLBENCH (./poolbench) in a folder of its own, and keeps what
 * it printed. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <criterion/criterion.h>
#include <stddef.h>
#include <sys/types.h>

enum { PROGRAM_OUTPUT = 1 << 22 };
extern char out[PROGRAM_OUTPUT], err[65536]; /* of the last run */
extern char folder[64], program[4096];
extern char root[80]; /* a link to the folder of the program; none of the test's files */

void program_begin(void);
void program_end(void);
#define CLI_TEST(suite, name) Test(suite, name, .timeout = 120, .init = program_begin, .fini = program_end)

void slurp(const char *path, char *text, size_t size);

/* Runs the program with a shell's words; returns its exit status. */
int run(const char *arguments);

/* Arguments with a folder below root in the place of each @. They last until the next call. */
const char *program_filled(const char *below, const char *arguments);

/* The same with a library of build/plugins loaded before the program's own. */
int run_beside(const char *library, const char *arguments);

/* For a test that makes a repository: git with nobody's settings (signatures, hooks), and without the
 * repository of whoever runs the tests from one of its hooks; make without the options of the make that
 * runs them. OWN is the folder that the program was built in. */
void program_tools(void);

/* A shell's command, run below the folder in `where` if that is there; what it says is in `out`.
 * Returns its exit status. */
int program_shell(const char *where, const char *command);

/* Until the program that writes its stderr to the file err has said that; it is in `err`. */
void program_await_words(const char *words);

/* Until that process is the program, and no shell any more, and takes the signal; or has ended. */
void program_await_handler(pid_t process, int number);

int lines(const char *text);
int files_here(void);

/* Arguments that are wrong, and a word that the message must hold: one line,
 * status 2, nothing written. */
struct bad {
    const char *word, *arguments;
};
void expect_bad(const struct bad *cases, size_t count);
#define EXPECT_BAD(...)                                                                                                \
    static const struct bad cases[] = {__VA_ARGS__};                                                                   \
    expect_bad(cases, sizeof cases / sizeof *cases)

#endif
