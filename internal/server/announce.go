package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// announce says where the server is and, on a first start, how to try it.
func (s *Server) announce(ctx context.Context, addr net.Addr) error {
	if err := s.keepFresh(ctx); err != nil {
		return err
	}
	base := "http://" + reachable(addr)
	text := "listening on " + base + "\n"
	if token := s.admin.fresh; !token.IsZero() {
		text += "\nThe admin token, made now and never shown again:\n\n  " + token.Reveal() + "\n"
	}
	if s.sample != nil {
		text += s.lesson(base)
	}
	if err := s.print(text); err != nil {
		return errors.Join(fmt.Errorf("server: cannot print: %w", err), s.forgetFresh(ctx))
	}
	return nil
}

// print writes to Out. A pipe that nobody reads is an error and no end of the
// process, which the runtime makes of it for standard output.
func (s *Server) print(text string) error {
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	defer signal.Stop(broken)
	_, err := fmt.Fprint(s.cfg.Out, text)
	return err
}

// reachable is an address that a client on this machine can use: a server that
// listens on every address is found on the loopback.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
}

// lesson is lines for a POSIX shell with curl and sed, to be pasted in order. The
// key goes through a shell variable. The comments hold no quote, since a shell
// that takes none when it is used by hand would wait for the other one.
const lesson = `
To try it, paste these lines into another terminal:

  BASE={base}
  TOKEN={token}

  # staff triggers a build of the sample and gets its key, shown this once, 201
  ANSWER=$(curl -sS -w ' %{http_code}' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"project": {project}, "version": {version}}' $BASE/api/v2/build/); echo "$ANSWER"
  KEY=$(echo "$ANSWER" | sed -n 's/.*"key":"\([^"]*\)".*/\1/p')
  BUILD=$(echo "$ANSWER" | sed -n 's/^{"build":{"id":\([0-9]*\),.*/\1/p')

  # the key says what it is, 200
  curl -sS -w ' %{http_code}\n' -H "Authorization: Token $KEY" $BASE/api/v2/whoami/

  # it moves its build on, 200
  curl -sS -w ' %{http_code}\n' -H "Authorization: Token $KEY" -H 'Content-Type: application/json' -X PATCH -d '{"state": "cloning"}' $BASE/api/v2/build/$BUILD/

  # and reports a command, 201
  curl -sS -w ' %{http_code}\n' -H "Authorization: Token $KEY" -H 'Content-Type: application/json' -d '{"command": "make html"}' $BASE/api/v2/command/

  # but may not change what the project is, 403
  curl -sS -w ' %{http_code}\n' -H "Authorization: Token $KEY" -H 'Content-Type: application/json' -X PATCH -d '{"name": "Mine"}' $BASE/api/v2/project/{project}/

  # it gives itself up, 204, and is refused from then on, 401
  curl -sS -w '%{http_code}\n' -H "Authorization: Token $KEY" -X POST $BASE/api/v2/revoke/
  curl -sS -w ' %{http_code}\n' -H "Authorization: Token $KEY" $BASE/api/v2/whoami/
`

// lesson never holds a token that was given: whoever gave it has it in the
// environment, or knows what to write there.
func (s *Server) lesson(base string) string {
	token := `"$BUILDKEY_ADMIN_TOKEN"`
	if fresh := s.admin.fresh; !fresh.IsZero() {
		token = fresh.Reveal()
	}
	return strings.NewReplacer(
		"{base}", base,
		"{token}", token,
		"{project}", string(s.sample.project),
		"{version}", string(s.sample.version),
	).Replace(lesson)
}
