using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Intilery.AspNetCore.Tests.Compose;

/// <summary>A composer with its memories and clock, and short words for what happens in a scope.</summary>
internal sealed class Scope
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 30, 0, TimeSpan.Zero);

    public static readonly BrowserContext PetersBrowser = new() { AnonymousId = "anon-1", UserAgent = "Mozilla/5.0", PagePath = "/login" };

    private readonly LifecycleDiagnostics _diagnostics;
    private readonly ExclusionFilter _admission;
    private readonly ScopeComposer _composer;
    private DateTimeOffset _now = Start;

    public Scope(Action<IntileryOptions>? configure = null)
    {
        var options = new IntileryOptions();
        configure?.Invoke(options);
        var diagnostics = _diagnostics = Diagnostics(Log);
        var live = new LastGoodOptions(Mock.Of<IOptionsFactory<IntileryOptions>>(factory => factory.Create(Options.DefaultName) == options), [], diagnostics);
        var policy = new EnrichmentPolicy(live, new MessageOrigin("Intilery.AspNetCore", "1.2.3", "Initech.Web", null));
        _admission = new ExclusionFilter(policy, diagnostics);
        _composer = new ScopeComposer(
            policy,
            new SessionCoalescer(policy, new BoundedMemory<string>(100, TimeSpan.FromHours(1), Clock), diagnostics),
            new UserCoalescer(diagnostics),
            new MembershipCoalescer(diagnostics),
            new BoundedMemory<KnownPerson>(100, TimeSpan.FromDays(1), Clock),
            diagnostics);
    }

    public LogLines Log { get; } = new();

    public FakeTimeProvider Clock { get; } = new(Start);

    public static Profile Profile(string username) => new() { Username = username, Email = username + "@example.com" };

    public static LifecycleDiagnostics Diagnostics(LogLines log)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        return new LifecycleDiagnostics(new LifecycleMetrics(meters), new FailureLog(TimeProvider.System), LoggerFactory.Create(logging =>
            logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace)));
    }

    public UserCreated Created(string user) => new() { Key = "k-" + user, UserId = user, At = Tick(), Profile = Profile(user) };

    public ProfileChanged Changed(string user, Profile profile) => new() { Key = "p-" + user, UserId = user, At = Tick(), Profile = profile };

    public MemberAdded Joined(string user, string tenant) => new() { Key = "t-" + user + tenant, UserId = user, At = Tick(), GroupId = tenant };

    public SignInSucceeded In(string user, string? tenant = null) =>
        new() { Key = "i-" + user, UserId = user, At = Tick(), GroupId = tenant, Profile = Profile(user) };

    public SignOutSucceeded Out(string user, string ticket = "ticket", bool revoked = false) =>
        new() { Key = user + ticket, UserId = user, At = Tick(), Username = user, Revoked = revoked, GroupId = "acct_1" };

    public EventTracked Told(LifecycleEvent told, string? tenant = null) =>
        new() { Key = "e-" + told.Name, UserId = told.UserId ?? string.Empty, At = Tick(), Event = told, TenantId = tenant };

    public UserIdentified Traits(string user, Profile profile, params (string Name, object? Value)[] traits) => new()
    {
        Key = "u-" + user,
        UserId = user,
        At = Tick(),
        Profile = profile,
        Traits = FreeProperties.Snapshot(traits.ToDictionary(trait => trait.Name, trait => trait.Value), "traits"),
    };

    public IReadOnlyList<Message> Compose(string? person, params CapturedFact[] facts) =>
        ComposeIn(new ScopeContext { Id = "scope", Destination = OutboxSample.Here, PersonId = person, Browser = PetersBrowser }, facts);

    public IReadOnlyList<Message> ComposeIn(ScopeContext scopeContext, params CapturedFact[] facts)
    {
        var told = UserAttribution.Resolve(scopeContext, [.. facts.Select((fact, i) => new ScopeFact(fact, i))], _diagnostics);
        return [.. _composer.Compose(scopeContext, _composer.Reduce(scopeContext, _admission.Admit(scopeContext, told))).Select(composed => composed.Message)];
    }

    /// <summary>Composes, and returns one word per message: event, user, tenant.</summary>
    public IReadOnlyList<string> Events(string? person, params CapturedFact[] facts) =>
        Words(Compose(person, facts));

    /// <inheritdoc cref="Events"/>
    public IReadOnlyList<string> EventsIn(ScopeContext scopeContext, params CapturedFact[] facts) => Words(ComposeIn(scopeContext, facts));

    /// <summary>Returns the reasons for which something was no event, in order.</summary>
    public IReadOnlyList<string> Reasons =>
        [.. Log.Ours.Where(line => line.Id == 100).Select(line => line.Message[(line.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..^1])];

    private static IReadOnlyList<string> Words(IReadOnlyList<Message> messages) =>
        [.. messages.Select(message => string.Join(' ', new[] { message.EventName, message.UserId, message.GroupId }.OfType<string>()))];

    private DateTimeOffset Tick() => _now += TimeSpan.FromMilliseconds(10);
}
