from helpers import greeting


async def setup(bot):
    bot.say = greeting
