/* junit.h - verdicts as JUnit's XML, in the form that CI servers read (Jenkins, GitLab, GitHub's
 * reporters): github.com/testmoapp/junitxml describes it; tests/cli/junit.xsd holds it as a schema. */
#ifndef JUNIT_H
#define JUNIT_H

#include <jansson.h>
#include <stdio.h>

/* `verdicts` as verdicts.h describes it: a suite, a test case for each row; a regression is a
 * failure, what is undecided is skipped. All that a row says are its properties. */
void junit_write(const json_t *verdicts, FILE *out);

/* Text for an attribute or an element. What XML cannot hold becomes "?": control characters,
 * U+FFFE and U+FFFF, bytes that are no UTF-8. Newlines and tabs stay, as references. */
void junit_text(const char *text, FILE *out);

#endif
