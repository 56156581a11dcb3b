/* report_page.c - see report_page.h. */
#include "bench/commands/report_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/options_set.h"
#include "bench/page/page.h"
#include "bench/results/read.h"
#include "bench/results/save.h"

/* results/x.json: results/x.html. */
static void target_of(const struct options *options, char *path, size_t size)
{
    const char *first = options->words[0];
    size_t length = strlen(first);
    if (options->out)
        snprintf(path, size, "%s", options->out);
    else if (length > 5 && !strcmp(first + length - 5, ".json"))
        snprintf(path, size, "%.*s.html", (int)length - 5, first);
    else
        snprintf(path, size, "%s.html", first);
}

int report_page_command(const struct options *options)
{
    struct page_document documents[PAGE_DOCUMENTS_MAX];
    json_t *read[PAGE_DOCUMENTS_MAX];
    char why[1024], path[4200], *text = NULL;
    size_t length = 0;
    int count = 0, status = EXIT_GOOD, error;
    for (; count < options->word_count && status == EXIT_GOOD; count++) {
        read[count] = NULL;
        if (read_any(options->words[count], &read[count], why, sizeof why))
            status = (fprintf(stderr, "poolbench: %s\n", why), EXIT_USAGE);
        documents[count] = (struct page_document){options->words[count], read[count]};
    }
    target_of(options, path, sizeof path);
    if (status == EXIT_GOOD && !options->out && options_check_page(path, (struct why){why, sizeof why}))
        status = (fprintf(stderr, "poolbench: %s\n", why), EXIT_USAGE);
    if (status == EXIT_GOOD && !(text = page_make(documents, count, stderr, &length)))
        status = EXIT_BAD;
    if (text && (error = save_text(text, length, path, true)))
        status = (fprintf(stderr, "poolbench: could not write %s: %s\n", path, strerror(-error)), EXIT_BAD);
    if (status == EXIT_GOOD)
        printf("page     %s\n", path);
    free(text);
    while (count--)
        json_decref(read[count]);
    return status;
}
