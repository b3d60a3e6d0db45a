using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Options;
using Moq;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class IntentRecoveryTests
{
    private readonly Scope _scope = new();
    private readonly Mock<IScopeCommitter> _settler = new();
    private readonly List<(ScopeContext Scope, IReadOnlyList<ScopeFact> Facts)> _settled = [];
    private readonly List<DeadLetter> _setAside = [];

    public IntentRecoveryTests() => _settler
        .Setup(settler => settler.CommitAsync(It.IsAny<ScopeContext>(), It.IsAny<IReadOnlyList<ScopeFact>>(), It.IsAny<CancellationToken>()))
        .Callback((ScopeContext scope, IReadOnlyList<ScopeFact> facts, CancellationToken _) => _settled.Add((scope, facts)));

    [Fact]
    public async Task What_was_written_down_comes_back_as_it_was_scope_by_scope_and_in_order()
    {
        var first = new ScopeContext { Id = "first", Destination = OutboxSample.Here, PersonId = "admin", IsImpersonated = true, IsPersonExcluded = true, Browser = Scope.PetersBrowser };
        var second = new ScopeContext { Id = "second", Destination = OutboxSample.Here };
        CapturedFact created = _scope.Created("peter") with { TenantId = "acme", IsExcluded = true };
        CapturedFact joined = _scope.Joined("peter", "acct_1");
        CapturedFact changed = _scope.Changed("mary", Scope.Profile("mary"));

        await RecoverAsync(Write(3, second, changed), Write(2, first, joined), Write(1, first, created));

        Assert.Equal([first, second], _settled.Select(settled => settled.Scope));
        Assert.Equal([(created, 1L), (joined, 2L)], _settled[0].Facts.Select(fact => (fact.Fact, fact.IntentId!.Value)));
        Assert.Equal([(changed, 3L)], _settled[1].Facts.Select(fact => (fact.Fact, fact.IntentId!.Value)));
    }

    [Fact]
    public void What_an_import_has_thousands_of_is_not_written_down_until_somebody_asks_for_it()
    {
        var scope = new ScopeContext { Id = "first", Destination = OutboxSample.Here };

        Assert.All([IsLate(_scope.Created("peter")), IsLate(_scope.Joined("peter", "acct_1"))], Assert.True);
        Assert.False(IsLate(_scope.Changed("mary", Scope.Profile("mary"))));

        // Until then its size is a guess.
        bool IsLate(CapturedFact fact)
        {
            var intent = IntentPayload.Intent(1, scope, fact);
            var before = intent.Size;
            Assert.Equal(intent.Payload.Length, intent.Size);
            return before != intent.Size;
        }
    }

    [Fact]
    public async Task What_is_not_written_down_yet_keeps_no_request_and_what_is_written_down_keeps_no_fact()
    {
        var scope = new ScopeContext { Id = "first", Destination = OutboxSample.Here };
        var (intent, question, fact) = Note();

        await Garbage.CollectAsync(() => question.IsAlive ? 1 : 0);
        _ = intent.Payload;
        await Garbage.CollectAsync(() => fact.IsAlive ? 1 : 0);

        Assert.Contains("peter", Encoding.UTF8.GetString(intent.Payload.Span), StringComparison.Ordinal);

        [MethodImpl(MethodImplOptions.NoInlining)]
        (Intent Intent, WeakReference Question, WeakReference Fact) Note()
        {
            var asked = new TenantQuestion(TenantResolutionMoment.SignUp, new ClaimsPrincipal(), "peter", null);
            var profile = Scope.Profile("peter");
            var created = _scope.Created("peter") with { Profile = profile, Question = asked };
            return (IntentPayload.Intent(1, scope, created), new WeakReference(asked), new WeakReference(profile));
        }
    }

    [Fact]
    public async Task One_that_cannot_be_read_does_not_stop_the_others()
    {
        var scope = new ScopeContext { Id = "second", Destination = OutboxSample.Here };
        var created = _scope.Created("peter");

        await RecoverAsync(new Intent(1, "first", "x", Encoding.UTF8.GetBytes("""{"Fact":{"$type":"from-the-future"}}""")), Write(2, scope, created));

        Assert.Equal([(created, 2L)], _settled.SelectMany(settled => settled.Facts).Select(fact => (fact.Fact, fact.IntentId!.Value)));
    }

    [Fact]
    public async Task One_that_cannot_be_composed_is_set_aside_and_does_not_stop_the_others()
    {
        var created = _scope.Created("peter");
        _settler.Setup(settler => settler.CommitAsync(It.Is<ScopeContext>(scope => scope.Id == "first"), It.IsAny<IReadOnlyList<ScopeFact>>(), It.IsAny<CancellationToken>()))
            .Throws(new InvalidOperationException("no meaning"));

        await RecoverAsync(
            Write(1, new ScopeContext { Id = "first", Destination = OutboxSample.Here }, _scope.Created("mary")),
            Write(2, new ScopeContext { Id = "second", Destination = OutboxSample.Here }, created));

        Assert.Equal([2L], _settled.SelectMany(settled => settled.Facts).Select(fact => fact.IntentId!.Value));
        Assert.Equal([1L], _setAside.Select(letter => letter.Row.Id));
    }

    [Fact]
    public async Task One_that_cannot_be_read_is_said_once_however_often_it_is_found()
    {
        var log = new LogLines();
        var recovery = Recovery(log);
        var unreadable = new Intent(1, "first", "x", Encoding.UTF8.GetBytes("no JSON"));

        await recovery.RecoverAsync([unreadable], TestContext.Current.CancellationToken);
        await recovery.RecoverAsync([unreadable], TestContext.Current.CancellationToken);

        Assert.Empty(_settled);
        Assert.Equal([313], log.All.Select(line => line.Id));
        Assert.Equal([1], _setAside.Select(letter => letter.Row.IntentId!.Value));
    }

    private static Intent Write(long id, ScopeContext scope, CapturedFact fact) => new(
        id, scope.Id, fact.UserId, JsonSerializer.SerializeToUtf8Bytes(new IntentPayload(scope, fact), FactJson.Default.IntentPayload));

    private Task RecoverAsync(params Intent[] intents) =>
        Recovery(new LogLines()).RecoverAsync(intents, TestContext.Current.CancellationToken);

    private IntentRecovery Recovery(LogLines log)
    {
        var outbox = new Mock<IOutboxAppender>();
        outbox.Setup(it => it.CommitAsync(It.IsAny<OutboxCommit>(), It.IsAny<CancellationToken>()))
            .Callback((OutboxCommit commit, CancellationToken _) => _setAside.AddRange(commit.DeadLetters));
        return new IntentRecovery(
            _settler.Object, outbox.Object, Mock.Of<IOptionsMonitor<IntileryOptions>>(monitor => monitor.CurrentValue == new IntileryOptions()), TimeProvider.System, Scope.Diagnostics(log));
    }
}
