/* A plain epoll echo server: what a request costs without any event loop. Usage: echo tcp|unix|udp PATH|HOST
 *
 * Prints the port (or the path) when it listens. Ends with the process that started it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, EVENTS = 256, BACKLOG = 4096, DESCRIPTORS = 1 << 16 };

/* What a short write left over; `data` is NULL while there is nothing. */
struct rest {
  char *data;
  size_t size, sent;
};

static char buffer[BUFFER];
static struct rest *rests; /* by descriptor */
static int poller;

static void fail(const char *what) {
  fprintf(stderr, "echo: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(int operation, int fd, unsigned events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(poller, operation, fd, &event)) fail("epoll_ctl");
}

static void drop(int fd) {
  free(rests[fd].data);
  rests[fd].data = NULL;
  close(fd);
}

static void keep_rest(int fd, const char *data, size_t size) {
  struct rest *rest = &rests[fd];
  if (!(rest->data = malloc(size))) fail("malloc");
  memcpy(rest->data, data, size);
  rest->size = size;
  rest->sent = 0;
  watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void send_rest(int fd) {
  struct rest *rest = &rests[fd];
  ssize_t sent = send(fd, rest->data + rest->sent, rest->size - rest->sent, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) drop(fd);
    return;
  }
  rest->sent += sent;
  if (rest->sent < rest->size) return;
  free(rest->data);
  rest->data = NULL;
  watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void echo(int fd) {
  ssize_t size = recv(fd, buffer, sizeof buffer, 0);
  if (size <= 0) {
    if (size == 0 || errno != EAGAIN) drop(fd);
    return;
  }
  ssize_t sent = send(fd, buffer, size, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) {
    drop(fd);
    return;
  }
  if (sent < 0) sent = 0;
  if (sent < size) keep_rest(fd, buffer + sent, size - sent);
}

static void echo_datagram(int fd) {
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  ssize_t size = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&peer, &length);
  if (size >= 0) sendto(fd, buffer, size, 0, (struct sockaddr *)&peer, length);
}

static void accept_one(int listener, int is_tcp) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
  if (fd < 0) return;
  if (is_tcp) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(EPOLL_CTL_ADD, fd, EPOLLIN);
}

static int listen_on(const char *kind, const char *where) {
  int is_unix = !strcmp(kind, "unix"), is_udp = !strcmp(kind, "udp");
  int fd = socket(is_unix ? AF_UNIX : AF_INET, (is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);
  struct sockaddr_un path = {.sun_family = AF_UNIX};
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  if (fd < 0) fail("socket");
  if (is_unix) {
    snprintf(path.sun_path, sizeof path.sun_path, "%s", where);
    if (bind(fd, (struct sockaddr *)&path, sizeof path)) fail(where);
  } else {
    inet_pton(AF_INET, where, &address.sin_addr);
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) fail(where);
    getsockname(fd, (struct sockaddr *)&address, &length);
  }
  if (!is_udp && listen(fd, BACKLOG)) fail("listen");
  if (is_unix) printf("%s\n", where);
  else printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void allow_many_descriptors(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (!(rests = calloc(DESCRIPTORS, sizeof *rests))) fail("calloc");
}

int main(int count, char **words) {
  struct epoll_event events[EVENTS];
  if (count != 3) {
    fprintf(stderr, "usage: echo tcp|unix|udp HOST|PATH\n");
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  allow_many_descriptors();
  int is_tcp = !strcmp(words[1], "tcp"), is_udp = !strcmp(words[1], "udp");
  int listener = listen_on(words[1], words[2]);
  poller = epoll_create1(0);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  for (;;) {
    int ready = epoll_wait(poller, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) rests[fd].data ? send_rest(fd) : echo(fd);
      else if (is_udp) echo_datagram(fd);
      else accept_one(fd, is_tcp);
    }
  }
}
