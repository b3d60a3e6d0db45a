using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An event with as many properties as a test needs, each longer than what values are cut to.</summary>
internal sealed record LargeEvent(int Properties) : LifecycleEvent("Large Event")
{
    internal override void WriteProperties(PropertyWriter properties)
    {
        for (var i = 0; i < Properties; i++)
        {
            properties.Text(JsonEncodedText.Encode($"p{i}"), new string('x', 2000));
        }
    }
}
