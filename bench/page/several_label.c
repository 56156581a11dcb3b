/* several_label.c - see several_label.h. */
#include "bench/page/several_label.h"

#include <stdio.h>

bool several_label_is_run(const struct document *document)
{
    return document->kind == DOCUMENTS_RUN && !json_array_size(json_object_get(document->json, "searches"));
}

int several_label_runs(const struct document *documents, int count)
{
    int runs = 0;
    for (int i = 0; i < count; i++)
        runs += several_label_is_run(&documents[i]);
    return runs;
}

const char *several_label(const struct document *documents, int count, int which, char text[16])
{
    if (count == 2 && several_label_runs(documents, count) == 2)
        snprintf(text, 16, "%s", which ? "after" : "before");
    else
        snprintf(text, 16, "%c", 'A' + which);
    return text;
}
