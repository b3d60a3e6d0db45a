using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Answers a sign-in with tokens, and authenticates the refresh token of the request.</summary>
internal sealed class TokenServerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, IDataProtectionProvider protection)
    : SignInAuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "OpenIddict.Server.AspNetCore";

    private readonly TicketDataFormat _tokens = new(protection.CreateProtector(Name));

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var form = await Request.ReadFormAsync(Context.RequestAborted);
        return _tokens.Unprotect(form["refresh_token"]) is { } ticket ? AuthenticateResult.Success(ticket) : AuthenticateResult.NoResult();
    }

    protected override Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties) => Response.WriteAsJsonAsync(
        new { token_type = "Bearer", refresh_token = _tokens.Protect(new AuthenticationTicket(user, properties, Name)) },
        Context.RequestAborted);

    protected override Task HandleSignOutAsync(AuthenticationProperties? properties) => Task.CompletedTask;
}
