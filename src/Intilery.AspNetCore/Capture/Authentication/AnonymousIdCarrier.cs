using System.Reflection;
using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Sends the browser's id to a login provider and back, so that the browser is known by the same id on its return.</summary>
internal sealed class AnonymousIdCarrier(
    IAuthenticationSchemeProvider schemes,
    AnonymousIdReader anonymousIds,
    IOptionsMonitor<IntileryOptions> options,
    LifecycleDiagnostics diagnostics)
{
    /// <summary>Makes a challenge with the id, if it leads away and there is one; else as it is.</summary>
    public async Task ChallengeAsync(
        IAuthenticationService inner, HttpContext context, string? scheme, AuthenticationProperties? properties)
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
            if (!options.CurrentValue.Browser.Enabled
                || !await LeadsAwayAsync(scheme).ConfigureAwait(false)
                || anonymousIds.Read(context, null) is not { } anonymousId)
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

    // Only handlers that answer requests of their own (remote logins) are returned to.
    private async Task<bool> LeadsAwayAsync(string? scheme)
    {
        var challenged = scheme is null
            ? await schemes.GetDefaultChallengeSchemeAsync().ConfigureAwait(false)
            : await schemes.GetSchemeAsync(scheme).ConfigureAwait(false);
        return typeof(IAuthenticationRequestHandler).IsAssignableFrom(challenged?.HandlerType);
    }
}

/// <summary>
/// A copy of an application's properties for one call: the application may share its own among all requests. What the framework and its
/// handlers write into the copy is handed over to the application's own after the call, as if they had got that.
/// </summary>
internal sealed class CallProperties
{
    private readonly AuthenticationProperties _applications;
    private readonly Dictionary<string, string?> _itemsBefore;
    private readonly Dictionary<string, object?> _parametersBefore;

    private CallProperties(AuthenticationProperties applications, AuthenticationProperties copy)
    {
        (_applications, Copy) = (applications, copy);
        _itemsBefore = new Dictionary<string, string?>(copy.Items);
        _parametersBefore = new Dictionary<string, object?>(copy.Parameters);
    }

    public AuthenticationProperties Copy { get; }

    /// <summary>
    /// Returns a copy of the same type; <see langword="null"/> if the type has state of its own, which only the application can copy.
    /// </summary>
    public static CallProperties? Of(AuthenticationProperties properties)
    {
        object[] state = [new Dictionary<string, string?>(properties.Items), new Dictionary<string, object?>(properties.Parameters)];
        var type = properties.GetType();
        return HasStateOfItsOwn(type)
            || type.GetConstructor([typeof(IDictionary<string, string?>), typeof(IDictionary<string, object?>)]) is not { } constructor
            ? null
            : new CallProperties(properties, (AuthenticationProperties)constructor.Invoke(state));
    }

    /// <summary>Hands over what the call has changed in the copy, but for what is only there for the call.</summary>
    public void HandOver(string except)
    {
        HandOver(_itemsBefore, Copy.Items, _applications.Items, except);
        HandOver(_parametersBefore, Copy.Parameters, _applications.Parameters, except);
    }

    private static void HandOver<T>(
        Dictionary<string, T> before, IDictionary<string, T> after, IDictionary<string, T> applications, string except)
    {
        foreach (var (key, value) in after)
        {
            if (key != except && !(before.TryGetValue(key, out var old) && Equals(old, value)))
            {
                applications[key] = value;
            }
        }

        foreach (var key in before.Keys)
        {
            if (key != except && !after.ContainsKey(key))
            {
                applications.Remove(key);
            }
        }
    }

    private static bool HasStateOfItsOwn(Type? type)
    {
        for (; type != typeof(AuthenticationProperties); type = type!.BaseType)
        {
            if (type!.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Length > 0)
            {
                return true;
            }
        }

        return false;
    }
}
