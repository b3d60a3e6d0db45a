using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Stands in front of Identity's password hasher, the one place that <c>CheckPasswordSignInAsync</c>, <c>CheckPasswordAsync</c> and
/// <c>CreateAsync</c> all pass, whatever store keeps the users, and notes for the request whose password it was. It changes nothing.
/// </summary>
internal sealed class PasswordHasherObserver<TUser>(
    IPasswordHasher<TUser> inner,
    CaptureSwitch @switch,
    RequestAccessor accessor,
    LifecycleDiagnostics diagnostics) : IPasswordHasher<TUser>
    where TUser : class
{
    public string HashPassword(TUser user, string password)
    {
        var hash = inner.HashPassword(user, password);
        Note(user);
        return hash;
    }

    public PasswordVerificationResult VerifyHashedPassword(TUser user, string hashedPassword, string providedPassword)
    {
        var result = inner.VerifyHashedPassword(user, hashedPassword, providedPassword);
        if (result != PasswordVerificationResult.Failed)
        {
            Note(user);
        }

        return result;
    }

    private void Note(TUser? user)
    {
        try
        {
            if (user is not null && @switch.IsOn && accessor.HttpContext is { } request)
            {
                // Read only when an event needs it: a user who is being created may get the id from the store.
                RequestSessions.Of(request).PasswordOwner = services =>
                    services.GetRequiredService<UserManager<TUser>>().GetUserIdAsync(user);
            }
        }
        catch (Exception exception)
        {
            // The host's own check has its result.
            diagnostics.Failed("observing a password", exception);
        }
    }
}

/// <summary>Names the user whose password Identity has verified or set in a request.</summary>
internal static class PasswordOwner
{
    /// <summary>Returns the user's id; <see langword="null"/> if there is none, or if it cannot be read.</summary>
    public static async ValueTask<string?> FindAsync(HttpContext? request, LifecycleDiagnostics diagnostics)
    {
        try
        {
            return request?.Features.Get<RequestSessions>()?.PasswordOwner is { } owner
                ? await owner(request.RequestServices).ConfigureAwait(false)
                : null;
        }
        catch (Exception exception)
        {
            // The application's own store: its request goes on.
            diagnostics.Failed("reading the id of a user", exception);
            return null;
        }
    }
}
