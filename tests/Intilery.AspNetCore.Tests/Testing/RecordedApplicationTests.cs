using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Testing;

/// <summary>What a team's tests see of their application through the recorder.</summary>
public sealed class RecordedApplicationTests
{
    private static readonly Dictionary<string, string?> _noAccount = new()
    {
        ["Intilery:ClientId"] = null, ["Intilery:AuthToken"] = null, ["Intilery:BaseAddress"] = null, ["Intilery:Delivery:Enabled"] = null,
    };

    [Theory]
    [InlineData("Production", false)]
    [InlineData("Production", true)]
    [InlineData("Development", false)]
    public async Task Without_an_account_what_a_request_caused_is_there_with_its_response(string environment, bool onKestrel)
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Environment = environment, OnKestrel = onKestrel, Settings = _noAccount, Services = services => services.AddIntileryRecorder(),
        });
        var recorder = app.Services.GetIntileryRecorder();
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser);
        var userId = recorder.AssertSingle("Signed Up").UserId!;
        recorder.AssertSequence(userId, "identify", "Signed Up", "Signed In");
        await IdentityApp.SignOutAsync(browser);

        recorder.AssertSequence(userId, "identify", "Signed Up", "Signed In", "Signed Out");
        recorder.AssertNone("Account Created");
        recorder.AssertConformsToSpecification();
        Assert.Equal("peter@example.com", recorder.AssertSingle("identify", userId).Traits!.Value.GetProperty("email").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_the_configuration_says_it_records_and_nothing_is_sent(bool isFirst)
    {
        await using var api = await TrackingApi.StartAsync();
        Action<IServiceCollection> record = services => services.AddIntileryRecorder().AddIntileryRecorder();
        await using var app = await IdentityApp.StartAsync(new()
        {
            OnKestrel = true,
            Settings = new() { ["Intilery:BaseAddress"] = api.BaseAddress, ["Intilery:Delivery:Enabled"] = "true", ["Intilery:Enabled"] = "false" },
            ServicesBefore = isFirst ? record : null,
            Services = isFirst ? null : record,
        });
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser);
        await app.StopAsync();

        Assert.Equal(["identify", "Signed Up", "Signed In"], app.Services.GetIntileryRecorder().Events.Select(recorded => recorded.Name));
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task What_is_no_event_is_there_with_its_reason()
    {
        await using var app = await IdentityApp.StartAsync(new() { Services = services => services.AddIntileryRecorder() });
        var recorder = app.Services.GetIntileryRecorder();

        await app.CreateUserAsync();

        Assert.Equal(
            new SuppressedEvent("Signed Up", "outside-scope"),
            await recorder.WaitForSuppressedAsync("outside-scope", cancellationToken: TestContext.Current.CancellationToken));
        recorder.AssertNone();
    }

    [Fact]
    public async Task What_happens_in_the_background_is_waited_for()
    {
        await using var app = await IdentityApp.StartAsync(new() { Services = services => services.AddIntileryRecorder() });
        var recorder = app.Services.GetIntileryRecorder();
        var userId = await app.CreateUserAsync();

        await app.WithScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            return await users.SetPhoneNumberAsync((await users.FindByIdAsync(userId))!, "410-555-9412");
        });

        var identify = await recorder.WaitForAsync("identify", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((userId, "410-555-9412"), (identify.UserId, identify.Traits!.Value.GetProperty("phone").GetString()));
    }

    [Fact]
    public async Task Several_factories_of_one_process_have_a_recorder_each()
    {
        using var database = new TemporaryFile("app.db");
        await using var first = new WebApplicationFactory<Program>();
        await using var second = new WebApplicationFactory<Program>();
        await using var one = Recorded(first, database.Path);
        await using var other = Recorded(second, database.Path);
        using var browser = new TestBrowser(one.CreateClient(new() { AllowAutoRedirect = false }));

        await IdentityApp.RegisterAsync(browser);

        one.GetIntileryRecorder().AssertSingle("Signed Up");
        other.GetIntileryRecorder().AssertNone();
    }

    [Fact]
    public void Without_a_recorder_the_message_names_the_call()
    {
        using var services = new ServiceCollection().BuildServiceProvider();

        var exception = Assert.Throws<InvalidOperationException>(services.GetIntileryRecorder);

        Assert.Contains("services.AddIntileryRecorder()", exception.Message, StringComparison.Ordinal);
    }

    private static WebApplicationFactory<Program> Recorded(WebApplicationFactory<Program> factory, string database) => factory
        .WithWebHostBuilder(builder => builder
            .ConfigureLogging(logging => logging.ClearProviders())
            .UseSetting("ConnectionStrings:Default", $"Data Source={database};Pooling=False"))
        .WithIntileryRecorder();
}
