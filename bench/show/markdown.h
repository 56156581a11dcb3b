/* markdown.h - verdicts as a page for a pull request: one line of verdict, what is worse, and
 * all of it in a folded table. GitHub's Markdown, which GitLab reads, too. */
#ifndef MARKDOWN_H
#define MARKDOWN_H

#include <jansson.h>
#include <stdio.h>

/* A comment on GitHub holds 65,536 characters: rows beyond that are counted, not written. */
enum { MARKDOWN_MOST = 60000 };

/* `verdicts` as verdicts.h describes it. Text from elsewhere (names, notes, paths) stands in
 * <code>, with all that could mean anything to Markdown as entities: it is shown as it is, and
 * makes no table cell, link, HTML or mention of anybody. */
void markdown_write(const json_t *verdicts, FILE *out);

/* A line in which there may be such text: as it is where it means nothing to Markdown, else in <code> as above. */
void markdown_text(const char *text, FILE *out);

#endif
