// libevent's configuration asks glibc for its own extensions, by which `fd_set` names its member otherwise than in every
// other module: a file that meets both does not compile. So the system's headers come first.
#include <sys/types.h>
#include <sys/select.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
