using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Intilery.AspNetCore.Tests.Compose;

/// <summary>How long a commit waits for the application's tenant resolver, and what it does without an answer.</summary>
public sealed class TenantResolutionTests : IDisposable
{
    private static readonly TimeSpan _commitTimeout = TimeSpan.FromSeconds(1);

    private readonly Scope _scope = new();
    private readonly FakeTimeProvider _time = new();
    private readonly TestDiagnostics _diagnostics;
    private readonly Asked _asked = new();
    private readonly ServiceProvider _services;
    private readonly TenantResolution _resolution;

    public TenantResolutionTests()
    {
        _diagnostics = new TestDiagnostics(_time);
        _services = new ServiceCollection().AddSingleton(_asked).AddScoped<Resolver>().BuildServiceProvider();
        var options = new LastGoodOptions(
            Mock.Of<IOptionsFactory<IntileryOptions>>(factory => factory.Create(Options.DefaultName) == new IntileryOptions()), [], _diagnostics.Diagnostics);
        _resolution = new TenantResolution(
            _services.GetRequiredService<IServiceScopeFactory>(), options, _time, _diagnostics.Diagnostics, Mock.Of<IAccountLookup>(), new TenantResolverType(typeof(Resolver)));
    }

    private int Unresolved => _diagnostics.Log.All.Count(line => line.Message == "An event is sent without its account (context.groupId): unresolved-tenant.");

    [Fact]
    public async Task All_the_questions_of_a_commit_have_the_time_of_one()
    {
        var committing = AnswerAsync(Created("peter", Question()), SignedIn("peter", Question()));
        await _asked.NextAsync();
        _time.Advance(_commitTimeout);

        Assert.Equal([null, null], await committing);
        Assert.Equal(1, _asked.Count);
        Assert.Equal(2, Unresolved);
    }

    [Fact]
    public async Task An_answer_that_comes_after_a_commit_is_the_next_ones_and_nobody_asks_again()
    {
        var question = Question();
        var first = AnswerAsync(Created("peter", question));
        var call = await _asked.NextAsync();
        _time.Advance(_commitTimeout);
        Assert.Equal([null], await first);

        // Nor does a commit wait for it a second time.
        Assert.Equal([null], await AnswerAsync(Created("mary", question)));
        call.Answer.SetResult("acme");
        await question.Answer!;
        Assert.Equal(["acme"], await AnswerAsync(Created("nina", question)));

        Assert.Equal(1, _asked.Count);
        Assert.Equal(2, Unresolved);
    }

    [Fact]
    public async Task The_resolver_is_told_when_nobody_waits_any_more()
    {
        var committing = AnswerAsync(Created("peter", Question()));
        var call = await _asked.NextAsync();
        Assert.False(call.GiveUp.IsCancellationRequested);

        _time.Advance(_commitTimeout);
        await committing;

        Assert.True(call.GiveUp.IsCancellationRequested);
    }

    [Fact]
    public async Task Any_number_is_asked_at_once_while_they_answer_in_time()
    {
        var committing = Enumerable.Range(0, 200).Select(_ => AnswerAsync(Created("peter", Question()))).ToList();
        for (var i = 0; i < 200; i++)
        {
            (await _asked.NextAsync()).Answer.SetResult("acme");
        }

        Assert.All(await Task.WhenAll(committing), answers => Assert.Equal(["acme"], answers));
        Assert.Equal(0, Unresolved);
    }

    [Fact]
    public async Task A_resolver_that_leaves_many_questions_unanswered_is_asked_no_more_until_it_answers_one()
    {
        var questions = Enumerable.Range(0, 64).Select(_ => Question()).ToList();
        var committing = questions.Select(question => AnswerAsync(Created("peter", question))).ToList();
        for (var i = 0; i < 64; i++)
        {
            await _asked.NextAsync();
        }

        _time.Advance(_commitTimeout);
        await Task.WhenAll(committing);
        Assert.Equal([null], await AnswerAsync(Created("peter", Question())));
        Assert.Equal(64, _asked.Count);

        _asked.End();
        await Task.WhenAll(questions.Select(question => question.Answer!));
        var next = AnswerAsync(Created("peter", Question()));
        (await _asked.NextAsync()).Answer.SetResult("acme");
        Assert.Equal(["acme"], await next);
    }

    [Fact]
    public async Task Each_question_flows_with_what_it_is_about()
    {
        var ambient = new AsyncLocal<string>();
        ambient.Value = "acme";
        var question = Question();
        ambient.Value = "the response's";

        _asked.Read = () => ambient.Value;
        var committing = AnswerAsync(Created("peter", question));

        Assert.Equal("acme", (await _asked.NextAsync()).Ambient);
        _time.Advance(_commitTimeout);
        await committing;
    }

    [Fact]
    public async Task What_another_process_wrote_down_goes_without_the_answer_and_with_a_reason()
    {
        var scopeContext = new ScopeContext { Id = "scope", Destination = OutboxSample.Here };
        var intent = IntentPayload.Intent(1, scopeContext, Created("peter", Question()));
        var settled = new List<ScopeFact>();
        var settler = new Mock<IScopeCommitter>();
        settler.Setup(it => it.CommitAsync(It.IsAny<ScopeContext>(), It.IsAny<IReadOnlyList<ScopeFact>>(), It.IsAny<CancellationToken>()))
            .Callback((ScopeContext _, IReadOnlyList<ScopeFact> facts, CancellationToken _) => settled.AddRange(facts));

        Assert.DoesNotContain("Question", Encoding.UTF8.GetString(intent.Payload.Span), StringComparison.Ordinal);
        await new IntentRecovery(settler.Object, Mock.Of<IOutboxAppender>(), Mock.Of<IOptionsMonitor<IntileryOptions>>(), _time, _diagnostics.Diagnostics).RecoverAsync([intent], TestContext.Current.CancellationToken);
        Assert.True(Assert.Single(settled).Fact.AsksTenant);

        Assert.Equal([null], await AnswerAsync(settled[0].Fact));
        Assert.Equal(0, _asked.Count);
        Assert.Equal(1, Unresolved);
    }

    [Fact]
    public void What_asks_nobody_is_written_down_without_a_word_of_it() => Assert.DoesNotContain(
        "AsksTenant", JsonSerializer.Serialize(new IntentPayload(new ScopeContext { Id = "scope", Destination = OutboxSample.Here }, _scope.Created("peter")), FactJson.Default.IntentPayload), StringComparison.Ordinal);

    public void Dispose()
    {
        _asked.End();
        _services.Dispose();
        _diagnostics.Dispose();
    }

    private static TenantQuestion Question() => new(TenantResolutionMoment.SignUp, null, null, null);

    private static CapturedFact SignedIn(string user, TenantQuestion question) =>
        new SignInSucceeded { Key = "s-" + user, UserId = user, At = Scope.Start, Profile = Scope.Profile(user) }.Asking(question);

    private CapturedFact Created(string user, TenantQuestion question) => _scope.Created(user).Asking(question);

    private async Task<IReadOnlyList<string?>> AnswerAsync(params CapturedFact[] facts)
    {
        var answered = await _resolution.AnswerAsync([.. facts.Select(fact => new ScopeFact(fact))], TestContext.Current.CancellationToken);
        return [.. answered.Select(noted => noted.Fact is UserCreated created ? created.TenantId : ((SignInSucceeded)noted.Fact).GroupId)];
    }

    private sealed class Asked
    {
        private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();
        private readonly List<Call> _all = [];

        public Func<string?> Read { get; set; } = () => null;

        public int Count
        {
            get
            {
                lock (_all)
                {
                    return _all.Count;
                }
            }
        }

        public async Task<Call> NextAsync() => await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience.Limit);

        public void Add(Call call)
        {
            lock (_all)
            {
                _all.Add(call);
            }

            _calls.Writer.TryWrite(call);
        }

        public void End()
        {
            lock (_all)
            {
                _all.ForEach(call => call.Answer.TrySetResult(null));
            }
        }
    }

    private sealed record Call(string? Ambient, CancellationToken GiveUp)
    {
        public TaskCompletionSource<string?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Resolver(Asked asked) : ILifecycleTenantResolver
    {
        public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken)
        {
            var call = new Call(asked.Read(), cancellationToken);
            asked.Add(call);
            return await call.Answer.Task;
        }
    }
}
