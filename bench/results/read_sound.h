/* read_sound.h - whether the numbers of a result go together: what each may be by itself, and what no run can
 * have counted beside another. */
#ifndef READ_SOUND_H
#define READ_SOUND_H

#include <jansson.h>
#include <stddef.h>

/* Of any document: how long its texts are, and its machine. Returns 0; -EINVAL and one line in `why`. */
int read_sound_document(const json_t *document, char *why, size_t size);

/* Of a result of a run or a search, whose types have been looked at: also its rounds, trials and summaries. */
int read_sound_result(const json_t *result, char *why, size_t size);

#endif
