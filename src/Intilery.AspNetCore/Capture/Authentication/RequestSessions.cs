using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>What an authentication, a sign-in or a sign-out left.</summary>
/// <param name="Scheme">The scheme that was asked, empty for the default one; <see langword="null"/> if none was.</param>
/// <param name="Ticket">The ticket; <see langword="null"/> if no user is signed in.</param>
internal readonly record struct SeenTicket(string? Scheme, AuthenticationTicket? Ticket);

/// <summary>
/// The sessions of one request: which tickets its authentications have found, and which schemes are being authenticated. It belongs to
/// the request, because the services that call it have any lifetime, and code of one request may run side by side. Every request that
/// shows a cookie or a token pays for it, so it is small.
/// </summary>
internal sealed class RequestSessions
{
    private static readonly Lock _creation = new();

    private SeenTicket _last;

    // The scheme under way, or the list of them where there are several.
    private object? _underWay;

    // Few requests need these.
    private Details? _details;

    /// <summary>
    /// Gets or sets the ticket of the refresh token that the request has shown, if any; its scheme is the one that issued it.
    /// </summary>
    public AuthenticationTicket? RefreshToken
    {
        get => _details?.RefreshToken;
        set => OwnDetails().RefreshToken = value;
    }

    /// <summary>Gets or sets the last sign-in of the request that counts.</summary>
    public SessionAttempt? SignIn
    {
        get => _details?.SignIn;
        set => OwnDetails().SignIn = value;
    }

    /// <summary>Gets or sets the principal of an impersonation that the request has ended by a sign-out.</summary>
    public ClaimsPrincipal? EndedImpersonation
    {
        get => _details?.EndedImpersonation;
        set => OwnDetails().EndedImpersonation = value;
    }

    /// <summary>
    /// Gets or sets what reads the id of the user whose password Identity has verified or set last in the request, given its services;
    /// <see langword="null"/> if it has none.
    /// </summary>
    public Func<IServiceProvider, Task<string>>? PasswordOwner
    {
        get => _details?.PasswordOwner;
        set => OwnDetails().PasswordOwner = value;
    }

    /// <summary>Gets what the last authentication, sign-in or sign-out left.</summary>
    public SeenTicket Last
    {
        get
        {
            lock (this)
            {
                return _last;
            }
        }
    }

    public static RequestSessions Of(HttpContext context) => context.Features.Get<RequestSessions>() ?? Create(context);

    /// <summary>Whether a request shows nothing that a session could be read from, and has had none in its own course.</summary>
    public static bool HasNothingToLose(HttpContext context) =>
        context.Request.Headers is var headers
        && StringValues.IsNullOrEmpty(headers.Cookie)
        && StringValues.IsNullOrEmpty(headers.Authorization)
        && context.Features.Get<RequestSessions>() is null;

    /// <summary>Notes the ticket of a scheme, empty for the default one; <see langword="null"/> if no user is signed in to it.</summary>
    public void See(string scheme, AuthenticationTicket? ticket)
    {
        lock (this)
        {
            if (_last.Scheme is not null && _last.Scheme != scheme)
            {
                var earlier = OwnDetails().Earlier ??= [];
                earlier.RemoveAll(seen => seen.Scheme == scheme || seen.Scheme == _last.Scheme);
                earlier.Add(_last);
            }

            _last = new SeenTicket(scheme, ticket);
        }
    }

    /// <summary>Returns what each scheme's last authentication, sign-in or sign-out left, the latest first.</summary>
    public IReadOnlyList<SeenTicket> Seen()
    {
        lock (this)
        {
            return _last.Scheme is null ? [] : _details?.Earlier is { } earlier ? [_last, .. earlier.AsEnumerable().Reverse()] : [_last];
        }
    }

    /// <summary>Notes that a scheme, empty for the default one, is being authenticated.</summary>
    public void Enter(string scheme)
    {
        lock (this)
        {
            switch (_underWay)
            {
                case null:
                    _underWay = scheme;
                    break;
                case List<string> several:
                    several.Add(scheme);
                    break;
                default:
                    _underWay = new List<string> { (string)_underWay, scheme };
                    break;
            }
        }
    }

    public void Leave(string scheme)
    {
        lock (this)
        {
            if (_underWay is List<string> several)
            {
                several.Remove(scheme);
            }
            else
            {
                _underWay = null;
            }
        }
    }

    /// <summary>Returns the schemes that are being authenticated now.</summary>
    public IReadOnlyList<string> UnderWay()
    {
        lock (this)
        {
            return _underWay switch
            {
                null => [],
                List<string> several => [.. several],
                _ => [(string)_underWay],
            };
        }
    }

    // Feature collections are not thread-safe; no code of the host runs under this lock.
    private static RequestSessions Create(HttpContext context)
    {
        lock (_creation)
        {
            if (context.Features.Get<RequestSessions>() is { } other)
            {
                return other;
            }

            var sessions = new RequestSessions();
            context.Features.Set(sessions);
            return sessions;
        }
    }

    private Details OwnDetails()
    {
        lock (this)
        {
            return _details ??= new Details();
        }
    }

    private sealed class Details
    {
        public AuthenticationTicket? RefreshToken { get; set; }

        public SessionAttempt? SignIn { get; set; }

        public ClaimsPrincipal? EndedImpersonation { get; set; }

        public Func<IServiceProvider, Task<string>>? PasswordOwner { get; set; }

        public List<SeenTicket>? Earlier { get; set; }
    }
}
