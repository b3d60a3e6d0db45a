using System.Net;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Processes;

public sealed class KilledProcessTests : IDisposable
{
    private static readonly (string, string)[] _registration =
        [("Input.Email", "peter@example.com"), ("Input.Password", "Pa55word!"), ("Input.ConfirmPassword", "Pa55word!")];

    private static readonly (string, string)[] _login = [("Input.Email", "peter@example.com"), ("Input.Password", "Pa55word!")];

    private readonly ScratchFolder _folder = new();
    private readonly int _apiPort = ClosedPort.Next();

    [Fact]
    public async Task What_was_recorded_before_a_kill_arrives_after_it_each_once_and_in_order()
    {
        await using (var killed = await SampleProcess.StartQuickstartAsync(_folder, _apiPort))
        using (var browser = await killed.OpenBrowserAsync())
        {
            await SubmitAsync(browser, "/Identity/Account/Register", _registration);
            await SubmitAsync(browser, "/Identity/Account/Logout");
            await SubmitAsync(browser, "/Identity/Account/Login", _login);
            await killed.KillAsync();
        }

        await using var api = await TrackingApi.StartAsync(_apiPort);
        await using var restarted = await SampleProcess.StartQuickstartAsync(_folder, _apiPort);

        var calls = await api.AcceptedAsync(5);
        Assert.Equal(["identify", "Signed Up", "Signed In", "Signed Out", "Signed In"], calls.Select(call => call.Event));
        Assert.Equal(api.Accepted.Count, api.Accepted.Select(call => call.MessageId).Distinct().Count());
        Assert.Single(api.Accepted.Select(call => call.UserId).Distinct());
    }

    [Fact]
    public async Task Killed_again_and_again_it_still_loses_and_repeats_nothing()
    {
        const int Kills = 4;
        for (var i = 0; i < Kills; i++)
        {
            await using var killed = await SampleProcess.StartQuickstartAsync(_folder, _apiPort);
            using var browser = await killed.OpenBrowserAsync();
            await SubmitAsync(browser, i == 0 ? "/Identity/Account/Register" : "/Identity/Account/Login", i == 0 ? _registration : _login);
            await killed.KillAsync();
        }

        await using var api = await TrackingApi.StartAsync(_apiPort);
        await using var last = await SampleProcess.StartQuickstartAsync(_folder, _apiPort);

        await api.AcceptedAsync(1 + (2 * Kills));
        Assert.Equal(Kills, api.Accepted.Count(call => call.Event == "Signed In"));
        Assert.Equal("Signed Up", Assert.Single(api.Accepted, call => call.Event == "Signed Up").Event);
        Assert.Equal(api.Accepted.Count, api.Accepted.Select(call => call.MessageId).Distinct().Count());
    }

    public void Dispose() => _folder.Dispose();

    private static async Task SubmitAsync(TestBrowser browser, string path, params (string, string)[] fields)
    {
        using var response = await browser.SubmitAsync(path, fields);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }
}
