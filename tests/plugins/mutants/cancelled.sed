# Its calls are cancellation points.
s/pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);/state = PTHREAD_CANCEL_ENABLE;/
