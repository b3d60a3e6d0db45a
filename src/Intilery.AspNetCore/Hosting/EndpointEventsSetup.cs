using Intilery.AspNetCore.Capture.Endpoints;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Adds the filter to the actions and pages with event attributes, after all conventions of the application.</summary>
internal sealed class EndpointEventsSetup(EndpointEventsConvention convention) : IPostConfigureOptions<MvcOptions>, IPostConfigureOptions<RazorPagesOptions>
{
    public void PostConfigure(string? name, MvcOptions options) => options.Conventions.Add(convention);

    public void PostConfigure(string? name, RazorPagesOptions options) => options.Conventions.Add(convention);
}
