package keystore

import (
	"cmp"
	"log/slog"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// The kinds of events.
const (
	eventCreate      = "create"
	eventDerive      = "derive"
	eventRotate      = "rotate"
	eventRevoke      = "revoke"
	eventRenew       = "renew"
	eventWrap        = "wrap"
	eventUnwrap      = "unwrap"
	eventUnwrapAgain = "unwrap_again" // and the key is revoked
	eventDelete      = "delete"
	eventLinkAdd     = "link_add"
	eventLinkRemove  = "link_remove"
	eventLinkMode    = "link_mode"
)

const insertEvent = `INSERT INTO buildkey_events (at, kind, actor, key_id, project, version, build, scopes, allow_list, detail)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// born records the birth of r, with all that it may do.
func (c *change) born(kind string, r *row, detail string) error {
	actor := cmp.Or(actorOf(c.ctx), r.createdBy)
	_, err := c.exec(insertEvent, r.createdAt, kind, actor, r.id.String(), r.project, r.version, r.build, r.scopes, r.allowList, detail)
	c.tell(kind, slog.String("key", r.id.String()), slog.String("actor", actor), slog.String("project", string(r.project)),
		slog.String("version", string(r.version)), slog.String("build", string(r.build)), slog.String("detail", detail))
	return err
}

// insertEvents records the same of many keys. What they may do was recorded at
// their birth.
const insertEvents = `INSERT INTO buildkey_events (at, kind, actor, key_id, project, version, build, scopes, allow_list, detail)
SELECT ?::bigint, ?::text, ?::text, k.id, k.project, k.version, k.build, '', '', ?::text FROM buildkey_keys k
WHERE k.id IN (SELECT value::uuid FROM json_array_elements_text(?::json) AS value) ORDER BY k.id`

// happened records what was done to keys that are in the table.
func (c *change) happened(at int64, kind, detail string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	c.weakens(kind, ids...)
	actor := actorOf(c.ctx)
	_, err := c.exec(insertEvents, at, kind, actor, detail, jsonText(ids))
	for _, id := range ids {
		c.tell(kind, slog.String("key", id), slog.String("actor", actor), slog.String("detail", detail))
	}
	return err
}

// linked records an edit of a project's links.
func (c *change) linked(kind string, project apikey.ID, scopes, detail string) error {
	c.weakens(kind)
	actor := actorOf(c.ctx)
	_, err := c.exec(insertEvent, c.now(), kind, actor, uuid.NullUUID{}, project, "", "", scopes, "", detail)
	c.tell(kind, slog.String("project", string(project)), slog.String("actor", actor), slog.String("detail", detail))
	return err
}

// tell puts a line into the log once the change is committed, or is done where the
// caller has yet to commit it.
func (c *change) tell(kind string, attrs ...slog.Attr) {
	if !c.commits {
		attrs = append(attrs, slog.Bool("committed", false))
	}
	c.log = append(c.log, func() {
		c.cfg.Logger.LogAttrs(c.ctx, slog.LevelInfo, "keystore: "+kind, attrs...)
	})
}
