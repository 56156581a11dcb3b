/* slice.c - see slice.h. */
#include "bench/measure/slice.h"

#include <stdarg.h>
#include <stdio.h>

void slice_fail(struct slice *slice, const char *format, ...)
{
    va_list arguments;
    if (*slice->failure)
        return;
    va_start(arguments, format);
    vsnprintf(slice->failure, sizeof slice->failure, format, arguments);
    va_end(arguments);
}
