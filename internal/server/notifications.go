package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// notification is a row of notifications.
type notification struct {
	ID           int64     `db:"id" json:"id"`
	AttachedTo   string    `db:"attached_to" json:"attached_to"`
	MessageID    string    `db:"message_id" json:"message_id"`
	State        string    `db:"state" json:"state"`
	Dismissable  bool      `db:"dismissable" json:"dismissable"`
	FormatValues *jsonText `db:"format_values" json:"format_values"`
}

var notificationFields = fields{
	{name: "id", kind: integer, fixed: true},
	{name: "attached_to", kind: subject, fixed: true},
	{name: "message_id", kind: short(200)},
	{name: "state", kind: short(50)},
	{name: "dismissable", kind: boolean},
	{name: "format_values", kind: jsonObject, null: true},
}

func (s *Server) newNotifications() resource[notification] {
	return resource[notification]{
		db:      s.db,
		table:   notifications,
		fields:  notificationFields,
		filters: []filter{{param: "attached_to", cond: "attached_to = ?", kind: subject, quote: true}},
	}
}

// createNotification answers POST /api/v2/notifications/. The same message on the
// same object is one notification: it is updated by what the body says anew.
func (s *Server) createNotification(w http.ResponseWriter, r *http.Request) error {
	sent := readBody(w, r, maxBody)
	if err := s.notifications.permits(r.Context(), s.db, "create"); err != nil {
		return err
	}
	in, err := notificationFields.without("id").create(sent, "attached_to", "message_id")
	if err != nil {
		return err
	}
	said := notificationFields.values(in)
	row := notificationFields.values(in.or(input{"state": "unread", "dismissable": false}))
	status, shown, err := s.notifications.insertOnce(r.Context(), row, func(ctx context.Context) (apikey.ID, error) {
		return s.updateNotification(ctx, said)
	})
	if err != nil {
		return err
	}
	return writeJSON(w, status, shown)
}

// updateNotification is ErrNotFound when the notification is gone again.
func (s *Server) updateNotification(ctx context.Context, said queryset.Values) (apikey.ID, error) {
	same := s.notifications.theSame("attached_to = ? AND message_id = ?", said["attached_to"], said["message_id"])
	set := queryset.Values{"message_id": said["message_id"]}
	for _, column := range []string{"state", "dismissable", "format_values"} {
		if value, given := said[column]; given {
			set[column] = value
		}
	}
	if _, err := same.UpdateAll(ctx, s.db, set); err != nil {
		return "", err
	}
	return s.notifications.first(ctx, same)
}

// subject is what a notification hangs from: "build/7" or "project/3".
func subject(raw json.RawMessage) (any, error) {
	v, err := text(raw)
	if err != nil {
		return nil, err
	}
	kind, id, _ := strings.Cut(v.(string), "/")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != id || kind != "build" && kind != "project" {
		return nil, errors.New("must be build/ID or project/ID")
	}
	return v, nil
}
