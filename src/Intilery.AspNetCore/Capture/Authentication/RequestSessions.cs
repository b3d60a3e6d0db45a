using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// What the authentications of one request have found, and which are under way. It belongs to the request, because the services
/// that pass through ours have any lifetime, and code of one request may call them side by side. Every request that shows a
/// cookie or a token pays for it: three references, and its own lock.
/// </summary>
internal sealed class RequestSessions
{
    private static readonly Lock _creation = new();

    // A ticket, or the name of a scheme that was tried and has none: one reference, so that no reader sees half of two.
    private volatile object? _seen;

    // The scheme under way, or the list of them where there are several.
    private object? _underWay;

    /// <summary>Gets or sets the ticket of the refresh token that the request has shown, if any; its scheme is the one that issued it.</summary>
    public AuthenticationTicket? RefreshToken { get; set; }

    /// <summary>
    /// Gets or sets what reads the id of the user whose password Identity has verified or set last in the request, given its services;
    /// <see langword="null"/> if it has none.
    /// </summary>
    public Func<IServiceProvider, Task<string>>? PasswordOwner { get; set; }

    /// <summary>Gets what the last authentication, sign-in or sign-out left.</summary>
    public SeenTicket Seen => _seen switch
    {
        AuthenticationTicket ticket => new SeenTicket(ticket.AuthenticationScheme, ticket),
        string scheme => new SeenTicket(scheme, null),
        _ => default,
    };

    public static RequestSessions Of(HttpContext context) => context.Features.Get<RequestSessions>() ?? Create(context);

    /// <summary>Whether a request shows nothing that a session could be read from, and has had none in its own course.</summary>
    public static bool HasNothingToLose(HttpContext context) =>
        context.Request.Headers is var headers && StringValues.IsNullOrEmpty(headers.Cookie) && StringValues.IsNullOrEmpty(headers.Authorization)
        && context.Features.Get<RequestSessions>() is null;

    public void See(AuthenticationTicket ticket) => _seen = ticket;

    public void SeeNobody(string scheme) => _seen = scheme;

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

    // Features are not made for two writers; nothing of the host's runs under this lock.
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
}
