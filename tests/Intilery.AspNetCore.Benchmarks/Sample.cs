using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>An event of seven properties, as the comparison with other SDKs has it, and what surrounds it.</summary>
internal static class Sample
{
    public const string Destination = "http://127.0.0.1/track/acme/acme/ACME";

    public static readonly Message SignedUp = new()
    {
        UserId = "019mr8mf4r",
        GroupId = "acct_123",
        AnonymousId = "b6f7a8ce-5b4c-4ab0-9f2e-8e1f9a1d7c3b",
        Event = new SignedUp
        {
            Type = "organic",
            FirstName = "Peter",
            LastName = "Gibbons",
            Email = "pgibbons@example.com",
            Phone = "410-555-9412",
            Username = "pgibbons",
            Title = "Mr",
        },
        Browser = new BrowserContext { UserAgent = "Mozilla/5.0 (X11; Linux x86_64)", Locale = "en-GB", PagePath = "/Identity/Account/Register" },
        Origin = new MessageOrigin("Intilery.AspNetCore", "1.0.0", "Initech.Web", "1.0.0"),
        MessageId = "0123456789abcdef0123456789abcdef",
        Timestamp = new DateTimeOffset(2026, 11, 23, 8, 30, 0, TimeSpan.Zero),
    };

    public static readonly ScopeContext Context = new() { Id = "scope", Destination = Destination, Browser = SignedUp.Browser };

    private static readonly byte[] _payload = MessageWriter.Write(SignedUp);

    public static LifecycleDiagnostics Diagnostics()
    {
        var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        return new LifecycleDiagnostics(
            new LifecycleMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            new FailureLog(TimeProvider.System),
            NullLoggerFactory.Instance);
    }

    public static OutboxRow Row(long id, string? userId = null) => new(id, "Signed Up", userId ?? "019mr8mf4r", OutboxRow.AtOnce, _payload) { Destination = Destination };

    public static OutboxWrite Write(long id, string? userId = null) => new(null, new OutboxCommit([], [Row(id, userId)]));
}
