#include "bench/figures.h"
int figures_write(const char *a,const char*b,FILE*l){(void)a;(void)b;(void)l;return -2;}
