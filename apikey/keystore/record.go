package keystore

import (
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// record is what a Key is made of, in one column: to bring a column out of a database
// costs more than what is in it, most of all on SQLite. NULL is an empty part. The
// table goes by k.
const record = `format('` + fiveParts + partEnd + fiveParts + partEnd + fiveParts + `',
	k.project, k.version, k.build, k.scopes, k.allow_list,
	k.name, k.created_by, k.created_at, k.activate_by, k.parent,
	k.activated_at, k.expires_at, k.revoked_at, k.last_used_at, k.at_once) AS record`

const (
	partEnd   = "\x1d"
	fiveParts = "%s" + partEnd + "%s" + partEnd + "%s" + partEnd + "%s" + partEnd + "%s"
)

// Scan reads a record. One with the sign that ends a part inside could be taken for
// another, and is refused with whatever else a store does not write.
func (r *row) Scan(column any) error {
	var text sql.NullString
	if err := text.Scan(column); err != nil {
		return err
	}
	p := parts{rest: text.String, more: true}
	r.project, r.version, r.build = apikey.ID(p.text()), apikey.ID(p.text()), apikey.ID(p.text())
	r.scopes, r.allowList = p.text(), p.text()
	r.name, r.createdBy, r.createdAt, r.activateBy = p.text(), p.text(), p.number().Int64, p.number().Int64
	r.parent = p.id()
	r.activatedAt, r.expiresAt, r.revokedAt, r.lastUsedAt = p.number(), p.number(), p.number(), p.number()
	r.atOnce = p.truth()
	return p.end()
}

// parts takes a text apart. What it gives is only good when end is nil.
type parts struct {
	rest string
	more bool
	err  error
}

func (p *parts) text() (part string) {
	if !p.more {
		p.fail(errors.New("a part is missing"))
	}
	part, p.rest, p.more = strings.Cut(p.rest, partEnd)
	return part
}

func (p *parts) number() sql.NullInt64 {
	part := p.text()
	if part == "" {
		return sql.NullInt64{}
	}
	n, err := strconv.ParseInt(part, 10, 64)
	p.fail(err)
	return sql.NullInt64{Int64: n, Valid: true}
}

func (p *parts) id() uuid.NullUUID {
	part := p.text()
	if part == "" {
		return uuid.NullUUID{}
	}
	id, err := uuid.Parse(part)
	p.fail(err)
	return uuid.NullUUID{UUID: id, Valid: true}
}

// truth is t or f on PostgreSQL, and 1 or 0 on SQLite.
func (p *parts) truth() bool {
	truth, err := strconv.ParseBool(p.text())
	p.fail(err)
	return truth
}

// fail keeps the first error.
func (p *parts) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *parts) end() error {
	if p.more {
		p.fail(errors.New("there is a part too many"))
	}
	return p.err
}
