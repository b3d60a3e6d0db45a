using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Sends the browser's id along on the way to a login provider, so that who comes back is known as who left.</summary>
internal sealed class AnonymousIdCarrier(
    IAuthenticationSchemeProvider schemes, AnonymousIdReader anonymousIds, LiveOptions options, LifecycleDiagnostics diagnostics)
{
    /// <summary>Returns the properties of a challenge: with the id, if it leads away and there is one, else as they were.</summary>
    public async Task<AuthenticationProperties?> CarryAsync(HttpContext context, string? scheme, AuthenticationProperties? properties)
    {
        try
        {
            if (!options.Current.Browser.Enabled || !await LeadsAwayAsync(scheme).ConfigureAwait(false) || anonymousIds.Read(context, null) is not { } anonymousId)
            {
                return properties;
            }

            // A handler makes them itself where it is given none.
            properties ??= new AuthenticationProperties();
            CarriedAnonymousId.Put(properties, anonymousId);
        }
        catch (Exception exception)
        {
            // The host challenges whatever becomes of our id.
            diagnostics.Failed("observing a challenge", exception);
        }

        return properties;
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
                && context.Features.Get<HttpCaptureScope>() is { } open
                && anonymousIds.Read(context, null) is { } anonymousId)
            {
                open.Scope.NameBrowser(anonymousId);
            }
        }
        catch (Exception exception)
        {
            // The host authenticates whatever becomes of our id.
            diagnostics.Failed("observing an authentication", exception);
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
