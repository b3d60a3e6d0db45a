using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Sends the browser's id along on the way to a login provider, so that who comes back is known as who left.</summary>
internal sealed class AnonymousIdCarrier(
    IAuthenticationSchemeProvider schemes, AnonymousIdReader anonymousIds, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics)
{
    /// <summary>Makes a challenge with the id, if it leads away and there is one; else as it is.</summary>
    public async Task ChallengeAsync(IAuthenticationService inner, HttpContext context, string? scheme, AuthenticationProperties? properties)
    {
        var carrying = await CarryAsync(context, scheme, properties).ConfigureAwait(false);
        try
        {
            await inner.ChallengeAsync(context, scheme, carrying?.Copy ?? properties).ConfigureAwait(false);
        }
        finally
        {
            HandOver(carrying);
        }
    }

    /// <summary>Signs in to a session without the id: the session belongs to the application.</summary>
    public async Task SignInAsync(
        IAuthenticationService inner, HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties)
    {
        var bare = Remove(properties);
        try
        {
            await inner.SignInAsync(context, scheme, principal, bare?.Copy ?? properties).ConfigureAwait(false);
        }
        finally
        {
            HandOver(bare);
        }
    }

    /// <summary>
    /// Remembers, for the request, what has come back with the properties of a ticket; and for what has happened in it already, as a
    /// user does whom the application makes in an event of the login provider's handler, before there is a ticket.
    /// </summary>
    public void Find(HttpContext context, AuthenticationProperties? properties)
    {
        try
        {
            if (CarriedAnonymousId.Find(context, properties)
                && TrackingScopes.KnownOf(context) is { } open
                && anonymousIds.Read(context, null) is { } anonymousId)
            {
                open.NameBrowser(anonymousId);
            }
        }
        catch (Exception exception)
        {
            // The host authenticates whatever becomes of our id.
            diagnostics.Failed("observing an authentication", exception);
        }
    }

    private async Task<CallProperties?> CarryAsync(HttpContext context, string? scheme, AuthenticationProperties? properties)
    {
        try
        {
            if (!options.CurrentValue.Browser.Enabled || !await LeadsAwayAsync(scheme).ConfigureAwait(false) || anonymousIds.Read(context, null) is not { } anonymousId)
            {
                return null;
            }

            // A handler makes them itself where it is given none.
            var carrying = CallProperties.Of(properties ?? new AuthenticationProperties());
            if (carrying is not null)
            {
                CarriedAnonymousId.Put(carrying.Copy, anonymousId);
            }

            return carrying;
        }
        catch (Exception exception)
        {
            // The host challenges whatever becomes of our id.
            diagnostics.Failed("observing a challenge", exception);
            return null;
        }
    }

    private CallProperties? Remove(AuthenticationProperties? properties)
    {
        try
        {
            if (properties is null || !CarriedAnonymousId.IsIn(properties) || CallProperties.Of(properties) is not { } bare)
            {
                return null;
            }

            CarriedAnonymousId.Remove(bare.Copy);
            return bare;
        }
        catch (Exception exception)
        {
            // The host signs in whatever becomes of our id.
            diagnostics.Failed("observing a sign-in", exception);
            return null;
        }
    }

    private void HandOver(CallProperties? made)
    {
        try
        {
            made?.HandOver(except: CarriedAnonymousId.Item);
        }
        catch (Exception exception)
        {
            // The application's own, which another request changes at the same time perhaps. The call itself is done.
            diagnostics.Failed("handing over the properties of an authentication", exception);
        }
    }

    // Handlers that answer requests of their own are those that somebody comes back to.
    private async Task<bool> LeadsAwayAsync(string? scheme)
    {
        var challenged = scheme is null
            ? await schemes.GetDefaultChallengeSchemeAsync().ConfigureAwait(false)
            : await schemes.GetSchemeAsync(scheme).ConfigureAwait(false);
        return typeof(IAuthenticationRequestHandler).IsAssignableFrom(challenged?.HandlerType);
    }
}
