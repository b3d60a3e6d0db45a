using System.Diagnostics;
using System.Globalization;
using System.Net;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Compose;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Intilery.AspNetCore.Tests.Diagnostics;

/// <summary>The spans and instruments, as OpenTelemetry exports them.</summary>
public sealed class LifecycleTracesTests
{
    private readonly string _traceId = ActivityTraceId.CreateRandom().ToString();
    private readonly List<Activity> _exported = [];
    private readonly TaskCompletionSource _requestEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string Sampled => $"00-{_traceId}-b7ad6b7169203331-01";

    [Fact]
    public async Task A_commit_is_a_child_of_its_request_and_its_delivery_is_a_span_of_its_own_that_links_to_it()
    {
        await using var api = await TrackingApi.StartAsync();
        await using (var app = await StartAsync(api))
        {
            await TrackAsync(app, Sampled);
            await api.AcceptedAsync(2);
            await app.EmptyAsync();

            // Its span ends after its response, and the delivery may be faster.
            await _requestEnded.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        }

        var request = Assert.Single(_exported, span => span.Kind == ActivityKind.Server && Path(span) == "/track");
        var commit = Assert.Single(_exported, span => span.OperationName == "Intilery.AspNetCore.Commit");
        Assert.Equal((_traceId, request.SpanId, ActivityKind.Internal), (commit.TraceId.ToString(), commit.ParentSpanId, commit.Kind));
        Assert.Equal("intilery commit", commit.DisplayName);
        Assert.Equal(["intilery.facts.count=2", "intilery.events.count=2", "intilery.events=Report Exported,Plan Compared"], Tags(commit));

        var delivery = Assert.Single(_exported, span => span.Kind == ActivityKind.Client);
        Assert.Equal((IntileryDefaults.ActivitySourceName, "POST /v1/batch", default), (delivery.Source.Name, delivery.DisplayName, delivery.ParentSpanId));
        Assert.Equal([commit.Context.SpanId], delivery.Links.Select(link => link.Context.SpanId));
        Assert.Equal([_traceId], delivery.Links.Select(link => link.Context.TraceId.ToString()));
        Assert.NotEqual(_traceId, delivery.TraceId.ToString());
        Assert.Equal(
            [
                "http.request.method=POST", $"url.full={api.BaseAddress}/track/acme/acme/ACME/v1/batch", "url.template=/v1/batch", "server.address=127.0.0.1",
                $"server.port={new Uri(api.BaseAddress).Port}", "intilery.events.count=2", "http.response.status_code=200",
            ],
            Tags(delivery));
        Assert.Equal(ActivityStatusCode.Unset, delivery.Status);
        Assert.DoesNotContain(_exported.SelectMany(Tags), tag => tag.Contains(TrackingApi.Token, StringComparison.Ordinal));
        Assert.DoesNotContain("traceparent", Assert.Single(api.Requests).Headers.Keys);
    }

    [Fact]
    public async Task A_delivery_that_fails_says_how()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerNext(HttpStatusCode.ServiceUnavailable, "{}");
        api.AnswerNext(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using (var app = await StartAsync(api))
        {
            await app.RecordAsync(1);
            await app.PassFirstBackoffAsync();
            await app.Clock.PassAsync(Backoff.First, Backoff.First * 2);
            await app.EmptyAsync();
        }

        Assert.Equal(
            [
                (ActivityStatusCode.Error, null, "http.response.status_code=503 error.type=503"),
                (ActivityStatusCode.Error, "An error occurred while sending the request", "error.type=connection_reset"),
                (ActivityStatusCode.Unset, null, "http.response.status_code=200"),
            ],
            _exported.Where(span => span.Kind == ActivityKind.Client).OrderBy(span => span.StartTimeUtc).Select(span => (
                span.Status, span.StatusDescription?.Split(':')[0], string.Join(' ', Tags(span).Where(tag => tag.StartsWith("http.response", StringComparison.Ordinal) || tag.StartsWith("error", StringComparison.Ordinal))))));
        Assert.All(_exported.Where(span => span.Kind == ActivityKind.Client), span => Assert.Empty(span.Links));
    }

    [Fact]
    public async Task A_handler_that_the_application_makes_for_its_proxy_makes_no_second_span()
    {
        await using var api = await TrackingApi.StartAsync();
        await using (var app = await StartAsync(api, services => services
            .AddHttpClient(IntileryDefaults.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false })))
        {
            await TrackAsync(app, Sampled);
            await api.AcceptedAsync(2);
            await app.EmptyAsync();
        }

        Assert.Single(_exported, span => span.Kind == ActivityKind.Client);
        Assert.DoesNotContain("traceparent", Assert.Single(api.Requests).Headers.Keys);
    }

    [Fact]
    public async Task Rows_are_kept_with_a_trace_only_where_it_is_sampled()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => HttpStatusCode.ServiceUnavailable);
        await using (var app = await StartAsync(api))
        {
            await TrackAsync(app, Sampled[..^1] + "0");
            await TrackAsync(app, Sampled);

            var rows = await app.App.Services.GetRequiredService<IOutboxStore>().ReadWaitingAsync(null, 0, 10, TestContext.Current.CancellationToken);
            Assert.Equal([null, null, _traceId, _traceId], rows.Select(row => row.TraceParent?.Split('-')[1]));
        }

        Assert.Single(_exported, span => span.OperationName == "Intilery.AspNetCore.Commit");
    }

    [Fact]
    public async Task What_another_process_recovers_keeps_the_trace_of_the_one_that_ended()
    {
        var scope = new ScopeContext { Id = "scope", Destination = OutboxSample.Here, TraceParent = Sampled };
        var intent = IntentPayload.Intent(1, scope, new Scope().Created("peter"));
        Assert.Equal(Sampled, intent.TraceParent);
        Assert.DoesNotContain(_traceId, System.Text.Encoding.UTF8.GetString(intent.Payload.Span), StringComparison.Ordinal);

        var committer = new Moq.Mock<IScopeCommitter>();
        await new IntentRecovery(
            committer.Object, Moq.Mock.Of<IOutboxAppender>(), Moq.Mock.Of<IOptionsMonitor<IntileryOptions>>(), TimeProvider.System, Scope.Diagnostics(new LogLines()))
            .RecoverAsync([intent], TestContext.Current.CancellationToken);

        committer.Verify(it => it.CommitAsync(
            Moq.It.Is<ScopeContext>(recovered => recovered.TraceParent == Sampled), Moq.It.IsAny<IReadOnlyList<ScopeFact>>(), Moq.It.IsAny<CancellationToken>()));
    }

    [Fact]
    public void A_listener_that_throws_is_logged_and_is_no_failure_of_what_it_listens_to()
    {
        using var diagnostics = new TestDiagnostics(TimeProvider.System);
        // The listener's own thread alone: other tests' spans are none of its business.
        var (thread, throwsAtStart) = (Environment.CurrentManagedThreadId, true);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == IntileryDefaults.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => Environment.CurrentManagedThreadId == thread ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStarted = activity => _ = throwsAtStart ? throw new InvalidOperationException(activity.DisplayName) : activity,
            ActivityStopped = activity => throw new InvalidOperationException(activity.DisplayName),
        };
        ActivitySource.AddActivityListener(listener);

        LifecycleTraces.Commit(null, 1, diagnostics.Diagnostics).Dispose();
        Assert.Null(Activity.Current);
        throwsAtStart = false;
        LifecycleTraces.Commit(null, 1, diagnostics.Diagnostics).Dispose();
        LifecycleTraces.Commit(null, 1, diagnostics.Diagnostics).Dispose();

        Assert.Equal(
            [
                "Intilery lifecycle tracking failed while starting a span; the application is not affected.",
                "Intilery lifecycle tracking failed while ending a span; the application is not affected.",
            ],
            diagnostics.Log.All.Select(line => line.Message));
    }

    [Fact]
    public void While_nobody_listens_nothing_is_allocated()
    {
        Assert.False(LifecycleTraces.IsListened);
        using var diagnostics = new TestDiagnostics(TimeProvider.System);
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        Measure();

        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ => Measure()));

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                using var span = LifecycleTraces.Commit(LifecycleTraces.ParentOf(Activity.Current), 1, diagnostics.Diagnostics);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task Instruments_are_exported_with_their_units()
    {
        var exported = new List<Metric>();
        await using var api = await TrackingApi.StartAsync();
        await using (var app = await DeliveringApp.StartAsync(api, new() { Services = services => services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(IntileryDefaults.MeterName)
            .AddInMemoryExporter(exported, reader => reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = int.MaxValue)) }))
        {
            await app.RecordAsync(1);
            await api.AcceptedAsync(1);
            await app.EmptyAsync();
            Assert.True(app.App.Services.GetRequiredService<MeterProvider>().ForceFlush());
        }

        // Of the whole process: others' instruments of the same name are among them.
        Assert.Superset(
            new HashSet<string> { "intilery.events.recorded {event} LongSum", "intilery.events.delivered {event} LongSum", "intilery.request.duration s Histogram", "intilery.batch.size {event} Histogram" },
            exported.Select(metric => $"{metric.Name} {metric.Unit} {metric.MetricType}").ToHashSet());
    }

    private Task<DeliveringApp> StartAsync(TrackingApi api, Action<IServiceCollection>? configure = null) => DeliveringApp.StartAsync(api, new()
    {
        Services = services =>
        {
            configure?.Invoke(services);
            services.AddOpenTelemetry().WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddSource(IntileryDefaults.ActivitySourceName)
                .SetSampler(new OnlyOf(_traceId, new Uri(api.BaseAddress).Port))
                .AddInMemoryExporter(_exported)
                .AddProcessor(new RequestEnd(_requestEnded)));
        },
        Endpoints = app => app.MapPost("/track", async (ILifecycleTracker tracker, CancellationToken cancellationToken) =>
        {
            // A span of the application's own code, which the commit does not belong to.
            using var own = new Activity("own").Start();
            await tracker.TrackAsync(new CustomEvent("Report Exported") { UserId = "peter" }, cancellationToken);
            await tracker.TrackAsync(new CustomEvent("Plan Compared") { UserId = "peter" }, cancellationToken);
            return Results.NoContent();
        }),
    });

    private static async Task TrackAsync(DeliveringApp app, string traceParent)
    {
        using var browser = app.App.OpenBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/track") { Headers = { { "traceparent", traceParent } } };
        using var answer = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static string? Path(Activity span) => span.GetTagItem("url.path") as string;

    private static IEnumerable<string> Tags(Activity span) => span.TagObjects.Select(tag =>
        $"{tag.Key}={(tag.Value is string[] texts ? string.Join(',', texts) : Convert.ToString(tag.Value, CultureInfo.InvariantCulture))}");

    // Comes after the exporter.
    private sealed class RequestEnd(TaskCompletionSource ended) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (Path(data) == "/track")
            {
                ended.TrySetResult();
            }
        }
    }

    // Listeners hear the whole process: this samples one trace, and the deliveries to one address.
    private sealed class OnlyOf(string traceId, int port) : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
        {
            var isOurs = samplingParameters.TraceId.ToString() == traceId
                ? samplingParameters.ParentContext.TraceFlags == ActivityTraceFlags.Recorded
                : samplingParameters.Tags?.Any(tag => tag is { Key: "server.port", Value: int value } && value == port) == true;
            return new SamplingResult(isOurs);
        }
    }
}
