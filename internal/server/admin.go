package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

// admin knows staff by one token, of which only the SHA-256 is kept. A token that
// was made here has 130 random bits, so that a slow hash would add nothing.
type admin struct {
	hash  [sha256.Size]byte
	fresh apikey.Secret // made by this start, and to be kept and printed by Serve
}

// administrator is who presents the admin token.
type administrator struct{}

// IsStaff is true.
func (administrator) IsStaff() bool { return true }

// user finds staff by "Authorization: Bearer <token>". A wrong token is refused
// like a wrong key, whatever the route allows to others.
func (s *Server) user(r *http.Request) (permission.User, error) {
	raw, err := parser.Bearer.Parse(r.Header)
	if errors.Is(err, parser.ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, apikey.ErrMalformed
	}
	given := sha256.Sum256([]byte(raw))
	if subtle.ConstantTimeCompare(given[:], s.admin.hash[:]) != 1 {
		return nil, apikey.ErrUnknown
	}
	return administrator{}, nil
}

// withActor names staff in the store's audit trail. A key names itself.
func withActor(ctx context.Context) context.Context {
	if _, ok := apikey.Everything(ctx); ok {
		return keystore.WithActor(ctx, "staff")
	}
	return ctx
}

// bearer is the header that presents the token.
func bearer(token apikey.Secret) http.Header {
	return http.Header{"Authorization": {"Bearer " + token.Reveal()}}
}

const adminSetting = "admin_token_sha256"

// loadAdmin takes the token that was given, and keeps its hash; or the hash that
// is kept; or makes a token, which keepFresh keeps once somebody can read it.
func (s *Server) loadAdmin(ctx context.Context) error {
	if token := s.cfg.AdminToken; !token.IsZero() {
		s.admin.hash = sha256.Sum256([]byte(token.Reveal()))
		_, err := s.db.ExecContext(ctx, s.db.Rebind(`INSERT INTO settings (name, value) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`), adminSetting, hex.EncodeToString(s.admin.hash[:]))
		return adminTrouble(err)
	}
	err := s.readAdmin(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		s.admin.fresh = apikey.NewSecret(rand.Text())
		s.admin.hash = sha256.Sum256([]byte(s.admin.fresh.Reveal()))
		return nil
	}
	return adminTrouble(err)
}

// keepFresh keeps the token that loadAdmin made. When another server was faster,
// its token counts, and this one is forgotten.
func (s *Server) keepFresh(ctx context.Context) error {
	if s.admin.fresh.IsZero() {
		return nil
	}
	result, err := s.db.ExecContext(ctx, s.db.Rebind(`INSERT INTO settings (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO NOTHING`), adminSetting, hex.EncodeToString(s.admin.hash[:]))
	if err != nil {
		return adminTrouble(err)
	}
	if n, err := result.RowsAffected(); n > 0 || err != nil {
		return adminTrouble(err)
	}
	s.admin.fresh = apikey.Secret{}
	return adminTrouble(s.readAdmin(ctx))
}

// forgetFresh takes back the token that keepFresh kept and nobody could read, also when
// ctx has ended: the next start makes another.
func (s *Server) forgetFresh(ctx context.Context) error {
	if s.admin.fresh.IsZero() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
	defer cancel()
	_, err := s.db.ExecContext(ctx, s.db.Rebind(`DELETE FROM settings WHERE name = ? AND value = ?`), adminSetting, hex.EncodeToString(s.admin.hash[:]))
	return adminTrouble(err)
}

func (s *Server) readAdmin(ctx context.Context) error {
	var kept string
	if err := s.db.GetContext(ctx, &kept, s.db.Rebind(`SELECT value FROM settings WHERE name = ?`), adminSetting); err != nil {
		return err
	}
	hash, err := hex.DecodeString(kept)
	if err != nil || len(hash) != sha256.Size {
		return errors.New("it is no SHA-256: set another token with --admin-token")
	}
	s.admin.hash = [sha256.Size]byte(hash)
	return nil
}

func adminTrouble(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("server: the admin token's hash could not be kept or read: %w", err)
}
