package opcua

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gopcua/opcua"
	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/ua"
	"github.com/gopcua/opcua/uasc"
)

// link is one secure channel to the server, and what the server says of itself.
type link struct {
	client  *opcua.Client
	session *uasc.SessionConfig // for a new session

	table   []string  // namespaces: index → URI
	space   uint16    // index of the namespace of the tags
	started time.Time // when the server started; zero if it does not say

	perRead, perBrowse, perCreate int // how many nodes the server takes in one request
}

// dial resolves the endpoint and opens a secure channel to it.
func (c *Client) dial(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	offers, err := opcua.GetEndpoints(ctx, c.cfg.Endpoint, opcua.DialTimeout(dialTime))
	if err != nil {
		return nil, fmt.Errorf("asking for endpoints: %w", err)
	}
	mode, token := ua.MessageSecurityModeNone, ua.UserTokenTypeAnonymous
	if c.cfg.Security == Basic256Sha256 {
		mode = ua.MessageSecurityModeSignAndEncrypt
	}
	if c.cfg.User != "" {
		token = ua.UserTokenTypeUserName
	}
	offer, err := opcua.SelectEndpoint(offers, c.cfg.Security, mode)
	if err != nil {
		return nil, fmt.Errorf("the server does not offer security %s", c.cfg.Security)
	}
	if !slices.ContainsFunc(offer.UserIdentityTokens, func(t *ua.UserTokenPolicy) bool { return t.TokenType == token }) {
		return nil, fmt.Errorf("the server does not accept %v with security %s", token, c.cfg.Security)
	}
	options := []opcua.Option{
		opcua.AutoReconnect(false), opcua.DialTimeout(dialTime),
		opcua.RequestTimeout(30 * time.Second), // publish requests wait at the server; ctx bounds the others
		opcua.SessionTimeout(c.sessionTime), opcua.SessionName("reetwin"), opcua.ApplicationName("reetwin"), opcua.ProductURI("urn:reetwin"),
	}
	if c.cfg.Security == Basic256Sha256 {
		if err := pinned(offer.ServerCertificate, c.cfg.Thumbprint); err != nil {
			return nil, err
		}
		options = append(options, opcua.Certificate(c.pair.certificate), opcua.PrivateKey(c.pair.key))
	}
	if c.cfg.User != "" {
		options = append(options, opcua.AuthUsername(c.cfg.User, c.cfg.Password))
	}
	options = append(options, opcua.SecurityFromEndpoint(offer, token))
	client, err := opcua.NewClient(c.cfg.Endpoint, options...) // not offer.EndpointURL: that is a name inside the plant
	if err != nil {
		return nil, err
	}
	if err := client.Dial(ctx); err != nil {
		return nil, fmt.Errorf("opening a secure channel: %w", err)
	}
	return &link{client: client, session: sessionConfig(options)}, nil
}
