using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// A stand-in of Intilery's tracking API on a free loopback port: it enforces the documented limits, remembers what it accepted,
/// and can be told to answer otherwise.
/// </summary>
public sealed class TrackingApi : IAsyncDisposable
{
    public const string Token = "s3cret-token-0123456789";
    public const string ClientId = "acme";

    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly List<ReceivedCall> _accepted = [];
    private readonly List<string> _bodies = [];
    private readonly List<ReceivedRequest> _requests = [];
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly TrackingRules _rules = new();

    private Func<HttpContext, string, HttpStatusCode?> _standing = static (_, _) => null;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TrackingApi(WebApplication app) => _app = app;

    public string BaseAddress => _app.Urls.Single();

    /// <summary>Gets the requests' bodies, refused ones included, in the order of their arrival.</summary>
    public IReadOnlyList<string> Bodies
    {
        get
        {
            lock (_gate)
            {
                return [.. _bodies];
            }
        }
    }

    /// <summary>Gets the calls that were accepted, in the order of their arrival.</summary>
    public IReadOnlyList<ReceivedCall> Accepted
    {
        get
        {
            lock (_gate)
            {
                return [.. _accepted];
            }
        }
    }

    /// <summary>Gets the requests, refused ones included, in the order of their arrival.</summary>
    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Starts the stand-in. A port other than 0 brings it back where it was before.</summary>
    public static async Task<TrackingApi> StartAsync(int port = 0, X509Certificate2? certificate = null, Func<X509Certificate2, bool>? isClient = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate, https =>
                    {
                        if (isClient is not null)
                        {
                            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                            https.ClientCertificateValidation = (client, _, _) => isClient(client);
                        }
                    });
                }
            });
        });
        var app = builder.Build();
        var api = new TrackingApi(app);
        app.Map("/track/{clientId}/{accountId}/{brandId}/v1/batch", api.HandleAsync);
        await app.StartAsync();
        return api;
    }

    /// <summary>Answers the next request, and only that, in this way.</summary>
    public void AnswerNext(HttpStatusCode status, string body = "", Action<IHeaderDictionary>? headers = null) => AnswerNext(async context =>
    {
        context.Response.StatusCode = (int)status;
        headers?.Invoke(context.Response.Headers);
        await context.Response.WriteAsync(body);
    });

    /// <summary>Lets the next request, and only that, be handled in this way.</summary>
    public void AnswerNext(Func<HttpContext, Task> handler) => _script.Enqueue(handler);

    /// <summary>Holds the answer to the next request back, which then is an acceptance without a record, or the status.</summary>
    public TrackingAnswer HoldNextAnswer(HttpStatusCode status = HttpStatusCode.OK)
    {
        var answer = new TrackingAnswer();
        AnswerNext(context => answer.HandleAsync(context, status, status == HttpStatusCode.OK ? """{"success":true}""" : string.Empty));
        return answer;
    }

    /// <summary>Accepts the requests from now on, and holds the end of their answers back; a client that loses patience is accepted again.</summary>
    public TrackingAnswer AcceptWithoutEnd()
    {
        var answer = new TrackingAnswer();
        AnswerNext(AcceptAsync);
        return answer;

        Task AcceptAsync(HttpContext context)
        {
            if (!answer.IsGiven)
            {
                AnswerNext(AcceptAsync);
            }

            Accept(context);
            return answer.BeginAsync(context);
        }
    }

    /// <summary>From now on each request that is not answered otherwise gets this status, if any; it is told the request's body.</summary>
    public void AnswerAll(Func<HttpContext, string, HttpStatusCode?> standing) => Volatile.Write(ref _standing, standing);

    /// <summary>Lets the next request be accepted, and its answer be lost on the way.</summary>
    public void LoseNextAnswer() => AnswerNext(context =>
    {
        Accept(context);
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Waits until so many calls were accepted.</summary>
    public Task<IReadOnlyList<ReceivedCall>> AcceptedAsync(int count) => WaitAsync(() => Accepted, calls => calls.Count >= count, $"{count} calls");

    /// <summary>Waits until the accepted calls are enough, and returns them.</summary>
    public Task<IReadOnlyList<ReceivedCall>> WaitForAsync(Func<IReadOnlyList<ReceivedCall>, bool> areEnough, string expected) =>
        WaitAsync(() => Accepted, areEnough, expected);

    /// <summary>Waits until the Signed Up of so many users was accepted.</summary>
    public Task<int> SignedUpAsync(int users) => WaitAsync(
        () => Accepted.Where(call => call.Event == "Signed Up").DistinctBy(call => call.UserId).Count(), count => count >= users, $"{users} users");

    /// <summary>Waits until so many messages of an event were accepted, each counted once.</summary>
    public Task<int> DistinctAsync(string name, int messages) => WaitAsync(
        () => Accepted.Where(call => call.Event == name).DistinctBy(call => call.MessageId).Count(), count => count >= messages, $"{messages} messages");

    /// <summary>Waits until so many requests have come, accepted or not.</summary>
    public Task<IReadOnlyList<string>> BodiesAsync(int count) => WaitAsync(() => Bodies, bodies => bodies.Count >= count, $"{count} requests");

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rules.Dispose();
    }

    private async Task<T> WaitAsync<T>(Func<T> read, Func<T, bool> isEnough, string expected)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            var seen = read();
            if (isEnough(seen))
            {
                return seen;
            }

            try
            {
                await changed.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Expected {expected}; received {string.Join('\n', Bodies)}");
            }
        }
    }

    private async Task HandleAsync(HttpContext context, string clientId, string accountId, string brandId)
    {
        using var memory = new MemoryStream();
        await using (var sent = context.Request.Headers.ContentEncoding.ToString() switch
        {
            "gzip" => new GZipStream(context.Request.Body, CompressionMode.Decompress),
            "br" => new BrotliStream(context.Request.Body, CompressionMode.Decompress),
            _ => context.Request.Body,
        })
        {
            await sent.CopyToAsync(memory);
        }

        var bytes = memory.ToArray();
        var body = System.Text.Encoding.UTF8.GetString(bytes);
        lock (_gate)
        {
            _bodies.Add(body);
            _requests.Add(new ReceivedRequest(
                context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())));
        }

        if (_script.TryDequeue(out var handler))
        {
            await handler(context);
        }
        else
        {
            var (status, message) = Volatile.Read(ref _standing)(context, body) is { } told
                ? (told, null)
                : Judge(context, bytes, body, $"{clientId}/{accountId}/{brandId}");
            context.Response.StatusCode = (int)status;
            if (status == HttpStatusCode.OK)
            {
                await context.Response.WriteAsJsonAsync(new { success = true, eventId = Guid.NewGuid() });
            }
            else if (message is not null)
            {
                await context.Response.WriteAsJsonAsync(new { success = false, message });
            }
        }

        lock (_gate)
        {
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    // The request that has come last.
    private void Accept(HttpContext context)
    {
        var body = Bodies[^1];
        Judge(context, System.Text.Encoding.UTF8.GetBytes(body), body, "acme/acme/ACME");
    }

    private (HttpStatusCode Status, string? Message) Judge(HttpContext context, byte[] bytes, string body, string destination)
    {
        var (status, message, calls) = _rules.Judge(context, bytes, body, destination);
        lock (_gate)
        {
            _accepted.AddRange(calls);
        }

        return (status, message);
    }
}
