package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
)

// log writes one line about an error. It names the key by its id, and holds no
// part of the request but method and path, of which it hides what may be a key.
func (p *passage) log(r *http.Request, level slog.Level, message string, problem *Problem, err error) {
	var g *Guard
	if p != nil {
		g = p.guard
	}
	if problem.Status == http.StatusNotFound {
		p.absentLogged()
	}
	logger, ctx := g.logger(), r.Context()
	if !logger.Enabled(ctx, level) {
		return
	}
	id := p.keyID(r)
	attrs := []slog.Attr{
		slog.String("method", withoutSecrets(r.Method)),
		slog.String("path", p.loggable(r.URL.Path, id != "")),
		slog.Int("status", problem.Status),
		slog.String("code", problem.Code),
		slog.String("error", p.redact(fmt.Sprint(err))),
	}
	if r.Pattern != "" {
		attrs = append(attrs, slog.String("pattern", r.Pattern))
	}
	if id != "" {
		attrs = append(attrs, slog.String("key", id))
	}
	if refused, ok := errors.AsType[*refusal](err); ok {
		attrs = append(attrs, slog.String("rule", refused.decision.Rule))
		if refused.trace != nil {
			attrs = append(attrs, slog.String("explained", p.redact(refused.trace.LogValue().String())))
		}
	}
	logger.LogAttrs(ctx, level, message, attrs...)
}

// absentLogged keeps noteAbsent from saying it again, around other guards' handlers too.
func (p *passage) absentLogged() {
	for ; p != nil; p, _ = p.Context.Value(passageInContext{}).(*passage) {
		p.absent.Store(true)
	}
}

// noteAbsent logs a 404 that a handler gave to a key by itself. That of a part of the
// request that asks nobody counts when another part had identified the key.
func (p *passage) noteAbsent(r *http.Request) {
	if _, key := apikey.FromContext(r.Context()); key && !p.absent.Load() {
		p.log(r, slog.LevelDebug, "request refused", &Problem{Status: http.StatusNotFound, Code: "not_found"}, errAbsent)
	}
}

var errAbsent = errors.New("middleware: the handler answered not found by itself")

// note logs an error that another answer, or none, covers.
func (p *passage) note(r *http.Request, err error) {
	row := situationOf(err, known(r))
	p.log(r, row.level, "the handler panicked", row.problem(err), err)
}

// keyID is the id of the request's key, also of one that was refused, and "" when
// nobody knows it.
func (p *passage) keyID(r *http.Request) string {
	k, ok := apikey.FromContext(r.Context())
	if !ok && p != nil && p.identified.Load() {
		k = p.identity.key
	}
	if k.ID == (apikey.Key{}).ID {
		return ""
	}
	return k.ID.String()
}
